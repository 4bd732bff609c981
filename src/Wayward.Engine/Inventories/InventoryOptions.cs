using System.Globalization;
using Wayward.Core;

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

    private static readonly TimeSpan Longest = TimeSpan.FromDays(3_650);

    /// <summary>All errors at once, each naming its key.</summary>
    public IReadOnlyList<string> Validate()
    {
        var rules = new OptionRules(Section)
            .Span(FileInterval, TimeSpan.FromMilliseconds(50), Longest)
            .Span(AwsInterval, TimeSpan.FromMilliseconds(50), Longest)
            .Span(Memory, TimeSpan.FromDays(1), Longest);
        for (int i = 0; i < Aws.Count; i++)
        {
            var account = Aws[i];
            var element = new OptionRules(string.Create(CultureInfo.InvariantCulture, $"{Section}:Aws:{i}"))
                .Require(account.Region.Length > 0, nameof(account.Region), "empty", "a region such as eu-central-1")
                .Url(account.Endpoint, nameof(account.Endpoint)).Url(account.StsEndpoint, nameof(account.StsEndpoint));
            if (Aws.Take(i).Any(a => a.Name == account.Name)) element.Add(null, $"is there twice ({account.Name})");
            rules.Add(element);
        }
        return rules.Errors;
    }
}
