using System.Globalization;
using Wayward.Core;

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
        var rules = new OptionRules(Section).Span(PollInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(1));
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < Feeds.Count; i++)
        {
            var feed = Feeds[i];
            var element = new OptionRules(string.Create(CultureInfo.InvariantCulture, $"{Section}:Feeds:{i}"))
                .Require(CatalogStore.IsName(feed.Name), nameof(feed.Name), $"'{feed.Name}'", "1 to 40 letters, digits, - and _")
                .Span(feed.Interval, TimeSpan.FromMinutes(1), TimeSpan.FromDays(365), key: nameof(feed.Interval));
            if (CatalogStore.IsName(feed.Name) && !names.Add(feed.Name)) element.Add(nameof(feed.Name), $"'{feed.Name}' is used twice");
            if (CatalogFetcher.Refusal(feed.Location) is { } refusal) element.Add(nameof(feed.Location), $": {refusal}");
            rules.Add(element);
        }
        return rules.Errors;
    }
}
