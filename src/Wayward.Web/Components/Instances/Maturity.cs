using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Instances;

/// <summary>How an instance is evaluated: by its own history, still learning, or only ever by its group because it went before it had learned. Counted to its last record. Times in Unix seconds, spans in seconds.</summary>
/// <param name="Left">What it still has to be watched for; not above 0 once it has learned.</param>
internal readonly record struct Maturity(long Left, bool Gone, long Watched)
{
    public static Maturity Of(long observedSince, long lastSeen, TimeSpan learning, long now)
    {
        long end = observedSince + (long)learning.TotalSeconds;
        return new Maturity(end - lastSeen, end > lastSeen && end <= now, lastSeen - observedSince);
    }

    public bool Learned => Left <= 0;

    /// <summary>In a table's cell.</summary>
    public string Short => Learned ? "own history" : Gone ? $"its group; gone after {Words.Span(Watched)}" : $"learning, {Words.Span(Left)} left";

    /// <summary>In a page's head, for one that has not learned.</summary>
    public string Sentence => Gone ? $"evaluated by its group; gone after {Words.Span(Watched)}" : $"still learning, {Words.Span(Left)} left";
}
