namespace Wayward.Engine.Resolvers;

/// <summary>One list that is fetched again and again.</summary>
public sealed record CatalogFeedOptions
{
    /// <summary>Names its file in the catalogue folder.</summary>
    public string Name { get; init; } = "";
    /// <summary>An https address, an http address of this machine, or a file.</summary>
    public string Location { get; init; } = "";
    public TimeSpan Interval { get; init; } = TimeSpan.FromDays(1);
}
