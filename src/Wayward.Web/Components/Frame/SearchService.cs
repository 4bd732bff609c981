using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;
using Wayward.Engine.Detection;
using Wayward.Engine.Inventories;
using Wayward.Storage.Findings;
using Wayward.Storage.Instances;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Components.Frame;

/// <param name="Kind">Group heading.</param>
/// <param name="Title">Foreign text.</param>
/// <param name="Detail">Foreign text.</param>
internal sealed record SearchHit(string Kind, string Title, string Detail, string Href);

/// <summary>Searches by anything an analyst may have in the clipboard: instance, ENI, address, account, operator, finding.</summary>
internal sealed class SearchService(IInstanceStore instances, IHistoryReader histories, IFindingStore findings, ICatalogProvider catalogs, Destinations.DestinationService targets)
{
    private const int Each = 5;

    public async Task<IReadOnlyList<SearchHit>> FindAsync(string text, CancellationToken cancellation)
    {
        text = text.Trim();
        if (text.Length < 2) return [];
        var hits = new List<SearchHit>();
        var found = await instances.QueryAsync(new InstanceQuery { Text = text, Take = Each }, cancellation);
        hits.AddRange(found.Rows.Select(r => new SearchHit("Instances", r.Name ?? r.Id, r.Name is null ? r.Asg ?? r.AccountId ?? "" : r.Id, Links.Instance(r.Id))));
        // An instance that only the inventory knows has no row of its own.
        if (hits.Count == 0 && text.StartsWith("i-", StringComparison.Ordinal) && await histories.FindAsync(new InstanceKey(text), cancellation) is { } history)
            hits.Add(new("Instances", history.Key.Id, "by the inventory", Links.Instance(history.Key.Id)));
        string wanted = IpAddress.TryParse(text, out var typed) ? AddressSpace.Fold(typed).ToString() : text;
        var destinations = (await targets.QueryAsync(wanted, null, onlyNew: false, 0, Each, cancellation)).Lines.Select(l => l.Row).ToList();
        hits.AddRange(destinations.Select(d => d.Address).Distinct().Select(a => Target(a, $"{Words.Count(destinations.Where(d => d.Address == a).Max(d => d.Instances), "instance")}")));
        if (IpAddress.TryParse(wanted, out var folded) && hits.All(h => h.Href != Links.Destination(folded)))
            hits.Add(Target(folded, "no instance has contacted it"));
        var queue = await findings.QueryAsync(new FindingQuery { Text = wanted, Statuses = [], IncludeUnreported = true, Take = Each }, cancellation);
        hits.AddRange(queue.Rows.Select(r => new SearchHit("Findings", $"{Words.Subject(r.Subject, r.InstanceName)} to {r.Provider ?? r.Address}", $"{r.Transport.Name()}, {Words.Status(r.Status).ToLowerInvariant()}", Links.Finding(r.Id))));
        return hits;
    }

    private SearchHit Target(IpAddress address, string detail) =>
        new("Destinations", catalogs.Current.FindAddress(address, DnsTransport.Dns)?.Provider is { } provider ? $"{provider} {address}" : address.ToString(), detail, Links.Destination(address));
}
