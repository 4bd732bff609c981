using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Instances;

/// <summary>
/// How an instance is evaluated: by its own history, by its group while it learns, or only ever by its group because its records stop before it had learned. Times in Unix seconds, spans in seconds.
/// </summary>
/// <param name="Left">Observation that is missing until it has learned; not above 0 once it has.</param>
/// <param name="Stopped">Its records stop before it had learned, although the data of the fleet go on.</param>
internal readonly record struct Maturity(long Left, bool Stopped, long Watched)
{
    /// <param name="dataEnd">End of the fleet's data: where the data end, no instance has stopped.</param>
    public static Maturity Of(long observedSince, long lastSeen, TimeSpan learning, long dataEnd)
    {
        long end = observedSince + (long)learning.TotalSeconds;
        return new Maturity(end - lastSeen, end > lastSeen && end <= dataEnd, lastSeen - observedSince);
    }

    public bool Learned => Left <= 0;

    /// <summary>In a table's cell.</summary>
    public string Short => Learned ? "own history" : Stopped ? $"its group; records stop after {Words.Span(Watched)}" : $"learning, {Words.Span(Left)} left";

    /// <summary>In a page's head, for one that has not learned.</summary>
    public string Sentence => Stopped ? $"evaluated by its group; its records stop after {Words.Span(Watched)}" : $"still learning, {Words.Span(Left)} left";
}
