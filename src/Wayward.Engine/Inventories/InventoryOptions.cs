using System.Globalization;

namespace Wayward.Engine.Inventories;

/// <summary>Where the inventory comes from, if from anywhere. Bound from configuration section <c>Inventory</c>.</summary>
public sealed record InventoryOptions
{
    public const string Section = "Inventory";

    /// <summary>Files in any form that <see cref="Wayward.Core.Contacts.InventoryFile"/> reads; read again when they change.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];
    /// <summary>How often files are looked at.</summary>
    public TimeSpan FileInterval { get; init; } = TimeSpan.FromSeconds(15);
    /// <summary>Accounts and regions to ask, any number.</summary>
    public IReadOnlyList<InventoryAwsOptions> Aws { get; init; } = [];
    /// <summary>How often AWS is asked; after a failure sooner.</summary>
    public TimeSpan AwsInterval { get; init; } = TimeSpan.FromMinutes(10);
    /// <summary>How long what is gone is remembered.</summary>
    public TimeSpan Memory { get; init; } = TimeSpan.FromDays(400);

    public bool IsEmpty => Files.Count + Aws.Count == 0;

    /// <summary>All errors at once, each naming its key.</summary>
    public IReadOnlyList<string> Validate()
    {
        List<string> errors = [];
        Span(nameof(FileInterval), FileInterval, TimeSpan.FromMilliseconds(50));
        Span(nameof(AwsInterval), AwsInterval, TimeSpan.FromMilliseconds(50));
        Span(nameof(Memory), Memory, TimeSpan.FromDays(1));
        for (int i = 0; i < Aws.Count; i++)
        {
            string key = string.Create(CultureInfo.InvariantCulture, $"{Section}:Aws:{i}");
            if (Aws[i].Region.Length == 0) errors.Add($"{key}:Region is needed, such as eu-central-1");
            foreach (var (name, url) in new[] { ("Endpoint", Aws[i].Endpoint), ("StsEndpoint", Aws[i].StsEndpoint) })
                if (url.Length > 0 && !Uri.TryCreate(url, UriKind.Absolute, out _)) errors.Add($"{key}:{name}: '{url}' is not a URL");
            if (Aws.Take(i).Any(a => a.Name == Aws[i].Name)) errors.Add($"{key} is there twice ({Aws[i].Name})");
        }
        return errors;

        void Span(string key, TimeSpan value, TimeSpan least)
        {
            if (value < least || value > TimeSpan.FromDays(3_650)) errors.Add($"{Section}:{key} is {value:c}; accepted: {least:c} to 3650.00:00:00");
        }
    }
}
