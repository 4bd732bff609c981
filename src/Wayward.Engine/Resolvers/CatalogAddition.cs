using Wayward.Core.Resolvers;

namespace Wayward.Engine.Resolvers;

/// <summary>A file of the catalogue folder as it was last read.</summary>
/// <param name="Error">Why it is not in force, or null; a broken file leaves its last good reading in force.</param>
public sealed record CatalogAddition(string Name, string Path, DateTimeOffset Modified, IReadOnlyList<CatalogEntry> Entries, string? Error)
{
    /// <summary>Entries of the feed that wait for a person, because they would silence something that is in force: see <see cref="FeedReview"/>. Null = none.</summary>
    public string? Waiting { get; init; }

    /// <summary>What is wrong with it, or null.</summary>
    public string? Problem => Error ?? Waiting;

    /// <summary>Entries that left their feed.</summary>
    public int Retained => Entries.Count(e => e.ValidTo != long.MaxValue);

    /// <summary>Entries that still train at a time, Unix seconds.</summary>
    public int Training(long now) => Entries.Count(e => e.AlertsFrom > now);
}
