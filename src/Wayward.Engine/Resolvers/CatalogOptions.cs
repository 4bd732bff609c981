using System.Globalization;

namespace Wayward.Engine.Resolvers;

/// <summary>What is added to the catalogue that ships. Bound from configuration section <c>Catalog</c>.</summary>
public sealed record CatalogOptions
{
    public const string Section = "Catalog";

    /// <summary>Folder of added files (<c>*.txt</c>); null = <c>catalog</c> in the data folder.</summary>
    public string? Folder { get; init; }
    /// <summary>Lists that are fetched again and again.</summary>
    public IReadOnlyList<CatalogFeedOptions> Feeds { get; init; } = [];
    /// <summary>How often the folder is looked at.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>All errors at once, each naming its key and the accepted values.</summary>
    public IReadOnlyList<string> Validate()
    {
        List<string> errors = [];
        if (PollInterval < TimeSpan.FromMilliseconds(100) || PollInterval > TimeSpan.FromDays(1)) errors.Add($"{Section}:PollInterval is {PollInterval:c}; accepted: 00:00:00.1 to 1.00:00:00");
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < Feeds.Count; i++)
        {
            string key = string.Create(CultureInfo.InvariantCulture, $"{Section}:Feeds:{i}");
            var feed = Feeds[i];
            if (!CatalogStore.IsName(feed.Name)) errors.Add($"{key}:Name is '{feed.Name}'; accepted: 1 to 40 letters, digits, - and _");
            else if (!names.Add(feed.Name)) errors.Add($"{key}:Name '{feed.Name}' is used twice");
            if (CatalogFetcher.Refusal(feed.Location) is { } refusal) errors.Add($"{key}:Location: {refusal}");
            if (feed.Interval < TimeSpan.FromMinutes(1) || feed.Interval > TimeSpan.FromDays(365)) errors.Add($"{key}:Interval is {feed.Interval:c}; accepted: 00:01:00 to 365.00:00:00");
        }
        return errors;
    }
}
