namespace Wayward.Engine.Sources;

/// <param name="Message">What is wrong and what to do, when not healthy.</param>
public sealed record SourceStatus(string Name, SourceHealth Health, string? Message, DateTimeOffset? LastSuccess, long Waiting, long Done, long Failed)
{
    /// <summary>An operator holds it: it is looked at, but nothing of it is read.</summary>
    public bool Paused { get; init; }
}
