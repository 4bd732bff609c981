using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;
using Wayward.Engine.Detection;
using Wayward.Engine.Inventories;
using Wayward.Storage.Findings;
using Wayward.Storage.Instances;

namespace Wayward.Web.Components.Destinations;

/// <summary>A destination of the fleet, named by the catalogue.</summary>
internal sealed record DestinationLine(DestinationRow Row, DnsTransport? Transport, CatalogEntry? Entry);

/// <summary>What a destination's page shows.</summary>
/// <param name="Users">In order of adoption.</param>
public sealed record DestinationView(IpAddress Address, CatalogEntry? Entry, IReadOnlyList<CatalogEntry> Entries, IReadOnlyList<DestinationUse> Users, IReadOnlyList<FindingRow> Findings, FleetFacts Fleet)
{
    /// <summary>The instance that used it first.</summary>
    public DestinationUse? First => Users.Count > 0 ? Users[0] : null;
    public int Instances => Users.Select(u => u.InstanceId).Distinct().Count();
    public long Last => Users.Count == 0 ? 0 : Users.Max(u => u.Last);
}

/// <summary>Reads destinations and who uses them.</summary>
internal sealed class DestinationService(IInstanceStore instances, IHistoryReader histories, IFindingStore findings, ICatalogProvider catalogs, DetectionOptions options)
{
    public const int MaximumUsers = 2_000;

    /// <summary>Endpoints that are read at most to find those of an operator: names are the catalogue's, which the store does not know.</summary>
    private const int MaximumMatched = 100_000;

    /// <summary>Newest first.</summary>
    /// <param name="text">Part of an address or of an operator's name.</param>
    /// <param name="known">In the catalogue, or not; null for both.</param>
    /// <param name="onlyNew">Only those that <see cref="FleetFacts.NewTargets"/> counts.</param>
    /// <returns>A page, how many match, and how many older endpoints were not looked at.</returns>
    public async Task<(IReadOnlyList<DestinationLine> Lines, int Total, int Older)> QueryAsync(string? text, bool? known, bool onlyNew, int skip, int take, CancellationToken cancellation)
    {
        if (known is null && !onlyNew && (text is null || !Named(text)))
        {
            var (rows, total) = await instances.DestinationsAsync(text, skip, take, cancellation);
            return ([.. rows.Select(Line)], total, 0);
        }
        var (all, endpoints) = await instances.DestinationsAsync(null, 0, MaximumMatched, cancellation);
        long since = onlyNew ? (await instances.FleetAsync(cancellation)).MaxStart - (long)options.AllowedLateness.TotalSeconds - UnixTime.DaySeconds : 0;
        var lines = all.Where(r => r.First >= since).Select(Line).Where(l => (known is null || l.Entry is not null == known) && (text is null || Matches(l, text))).ToList();
        return ([.. lines.Skip(skip).Take(take)], lines.Count, endpoints - all.Count);
    }

    /// <summary>Whether an operator of the catalogue carries the text in its name.</summary>
    private bool Named(string text) => catalogs.Current.Entries.Any(e => e.Provider.Contains(text, StringComparison.OrdinalIgnoreCase));

    private static bool Matches(DestinationLine line, string text) =>
        line.Entry?.Provider.Contains(text, StringComparison.OrdinalIgnoreCase) == true || line.Row.Address.ToString().Contains(text, StringComparison.OrdinalIgnoreCase);

    private DestinationLine Line(DestinationRow row)
    {
        var transport = catalogs.Current.Classify(row.Address, row.Protocol, row.Port);
        return new(row, transport, catalogs.Current.FindAddress(row.Address, transport ?? DnsTransport.Dns));
    }

    public DnsTransport? TransportOf(IpAddress address, DestinationUse use) => catalogs.Current.Classify(address, use.Protocol, use.Port);

    /// <summary>Null when the text is not an address. An address that nobody has contacted has a page too.</summary>
    public async Task<DestinationView?> FindAsync(string text, CancellationToken cancellation)
    {
        if (!IpAddress.TryParse(text, out var written)) return null;
        var address = AddressSpace.Fold(written);
        // A use that the logs put under an interface is the instance's: the inventory may make several of them one.
        var users = (await instances.UsersOfAsync(address, MaximumUsers, cancellation)).Select(u => u with { InstanceId = histories.KeyAt(new(u.InstanceId), u.First).Id })
            .GroupBy(u => (u.InstanceId, u.Protocol, u.Port)).Select(g => g.First() with { First = g.Min(u => u.First), Last = g.Max(u => u.Last) });
        var entry = catalogs.Current.FindAddress(address, DnsTransport.Dns);
        var related = await findings.QueryAsync(new() { Address = address.ToString(), Statuses = [], IncludeUnreported = true, Sort = FindingSort.FirstContact, Take = 50 }, cancellation);
        return new(address, entry, [.. catalogs.Current.Entries.Where(e => e.Prefix.Contains(address))], [.. users.OrderBy(u => u.First).ThenBy(u => u.InstanceId, StringComparer.Ordinal)], related.Rows, await instances.FleetAsync(cancellation));
    }
}
