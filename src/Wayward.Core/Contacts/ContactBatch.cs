using Wayward.FlowLogs;

namespace Wayward.Core.Contacts;

/// <summary>Why a data line cannot be a contact; names appear in output.</summary>
public enum SkipReason : byte
{
    /// <summary>status NODATA</summary>
    NoData,
    /// <summary>status SKIPDATA</summary>
    SkipData,
    /// <summary>The instance-id column reads <c>-</c>: NAT gateway, load balancer, endpoint.</summary>
    ServiceEni,
    /// <summary>Neither direction, addresses nor inventory tell which side is local. Counted only for lines with a DNS port.</summary>
    UnresolvedSide,
    /// <summary>A DNS port under a protocol other than TCP and UDP.</summary>
    NotTcpUdp,
    /// <summary>A transit-gateway record.</summary>
    TransitGateway,
    /// <summary>No interface-id and no instance-id: no subject.</summary>
    NoSubject,
    /// <summary>A column that the evaluation needs is not in the format (ports, addresses, protocol). The last of the reasons.</summary>
    MissingField,
}

/// <summary>
/// What one or more objects contribute to the ledger: cells, coverage, facts and evidence, folded. The unit that the writer commits.
/// Filled by <see cref="ContactFolder"/>, merged by <see cref="Merge"/>; merging is commutative and associative.
/// </summary>
public sealed class ContactBatch
{
    public LedgerMap<InstanceKey, InstanceContribution> Instances { get; } = new();
    /// <summary>Largest start over all records, for the watermark; 0 when there were none.</summary>
    public long MaxStart { get; set; }
    public Dictionary<SkipReason, long> Skipped { get; } = [];
    /// <summary>Hours of which no instance's history tells; bit h = hour h of the day. Only a scan keeps them.</summary>
    public Dictionary<BlindKey, uint> Blind { get; } = [];
    /// <summary>Records that were contacts.</summary>
    public long ContactRecords { get; set; }

    /// <summary>Folds another batch into this one; <paramref name="other"/> stays as it is and shares nothing mutable afterwards.</summary>
    public void Merge(ContactBatch other)
    {
        foreach (var (key, contribution) in other.Instances.InOrderOfArrival)
        {
            ref var mine = ref Instances.GetValueRefOrAddDefault(key);
            mine ??= new InstanceContribution();
            mine.Merge(contribution);
        }
        MaxStart = Math.Max(MaxStart, other.MaxStart);
        ContactRecords += other.ContactRecords;
        foreach (var (reason, count) in other.Skipped) Skip(reason, count);
        foreach (var (key, hours) in other.Blind) SeeBlind(key, hours);
    }

    /// <summary>The shares of several batches, those of one instance united; the batches stay as they are.</summary>
    public static LedgerMap<InstanceKey, InstanceContribution> Union(IReadOnlyList<ContactBatch> batches)
    {
        if (batches.Count == 1) return batches[0].Instances;
        var all = new LedgerMap<InstanceKey, InstanceContribution>();
        var copies = new HashSet<InstanceKey>();
        foreach (var batch in batches)
        {
            foreach (var (key, share) in batch.Instances.InOrderOfArrival)
            {
                ref var mine = ref all.GetValueRefOrAddDefault(key);
                if (mine is null)
                {
                    mine = share;
                    continue;
                }
                if (copies.Add(key))
                {
                    var copy = new InstanceContribution();
                    copy.Merge(mine);
                    mine = copy;
                }
                mine.Merge(share);
            }
        }
        return all;
    }

    /// <summary>The days, since the epoch, of which any share has cells or coverage.</summary>
    public static HashSet<int> DaysOf(LedgerMap<InstanceKey, InstanceContribution> shares)
    {
        var days = new HashSet<int>();
        foreach (var (_, share) in shares.InOrderOfArrival)
        {
            foreach (var (day, _) in share.Coverage.InOrderOfArrival) days.Add(day);
            foreach (var (at, _) in share.Cells.InOrderOfArrival) days.Add(at.Hour / 24);
        }
        return days;
    }

    internal void SeeBlind(in BlindKey key, uint hours) => System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(Blind, key, out _) |= hours;

    /// <summary>Counts lines that cannot be contacts.</summary>
    public void Skip(SkipReason reason, long count) =>
        System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(Skipped, reason, out _) += count;
}

/// <summary>An interface and a day about which something cannot be said.</summary>
/// <param name="Account">Empty when unknown.</param>
/// <param name="Vpc">The same.</param>
public readonly record struct BlindKey(string Account, string Vpc, string Interface, Detection.BlindReason Reason, int Day);

/// <summary>One instance's share of a batch.</summary>
public sealed class InstanceContribution
{
    /// <summary>By (endpoint, hour, flow log).</summary>
    public LedgerMap<CellKey, ContactHour> Cells { get; } = new();
    public LedgerMap<int, CoverageDay> Coverage { get; } = new();
    public LedgerMap<FactKey, InstanceFact> Facts { get; } = new();
    public LedgerMap<Endpoint, List<EvidenceLine>> Evidence { get; } = new();

    /// <summary>The earliest hour, since the epoch, of which it has a cell or coverage; <see cref="int.MaxValue"/> when of none.</summary>
    public int FromHour => Math.Min(
        Cells.Keys.Select(k => k.Hour).DefaultIfEmpty(int.MaxValue).Min(), Coverage.Values.Select(d => UnixTime.Hour(d.FirstStart)).DefaultIfEmpty(int.MaxValue).Min());

    internal void Merge(InstanceContribution other)
    {
        foreach (var (key, cell) in other.Cells.InOrderOfArrival)
        {
            if (Cells.TryGetValue(key, out var mine)) mine.Merge(cell);
            else Cells.Add(key, cell.Copy());
        }
        foreach (var (day, coverage) in other.Coverage.InOrderOfArrival)
        {
            if (Coverage.TryGetValue(day, out var mine)) mine.Merge(coverage);
            else Coverage.Add(day, coverage.Copy());
        }
        foreach (var (_, fact) in other.Facts.InOrderOfArrival) Add(fact);
        foreach (var (endpoint, lines) in other.Evidence.InOrderOfArrival)
        {
            if (!Evidence.TryGetValue(endpoint, out var mine)) Evidence.Add(endpoint, mine = []);
            foreach (var line in lines) EvidenceLine.Keep(mine, line);
        }
    }

    /// <summary>Widens the fact's span, or adds it.</summary>
    internal void Add(InstanceFact fact)
    {
        ref var known = ref Facts.GetValueRefOrAddDefault(new FactKey(fact.Attribute, fact.Value));
        known = known?.Union(fact) ?? fact;
    }
}
