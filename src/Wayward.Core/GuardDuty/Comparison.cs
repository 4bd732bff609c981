using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.FlowLogs;

namespace Wayward.Core.GuardDuty;

public enum ComparisonKind : byte { Agreed = 1, OnlyTheirs = 2, OnlyOurs = 3 }

/// <summary>One finding of ours as far as it is compared.</summary>
public sealed record OwnFinding(string Id, FindingType Type, DnsTransport Transport, string? Account, IReadOnlyList<string> Members, IReadOnlyList<IpAddress> Addresses, long First, long Last, FindingStatus Status, bool Reported)
{
    public static OwnFinding Of(Finding finding, FindingStatus status) => new(
        finding.Id, finding.Type, finding.Transport, finding.AccountId, [.. finding.Members.Select(m => m.Id)], [.. finding.Addresses.Select(a => a.Address).Distinct()], finding.First, finding.Last, status, finding.Reported);
}

/// <param name="Reason">Why only one side has it, as far as that can be known; empty where both have it. Null = only the ledger can tell, which has not been asked.</param>
public sealed record ComparisonRow(ComparisonKind Kind, GuardDutyFinding? Theirs, OwnFinding? Ours, string? Reason);

/// <summary>
/// GuardDuty's findings beside ours. Two findings are twins when instance, kind of DNS and remote address are the same and their times overlap, a day of slack included.
/// GuardDuty overwrites the address of a finding that it counts on, so a finding of ours with another address of the same instance and kind may be part of theirs.
/// </summary>
public static class Comparison
{
    public const long SlackSeconds = UnixTime.DaySeconds;

    public static IReadOnlyList<ComparisonRow> Of(IReadOnlyCollection<GuardDutyFinding> theirs, IReadOnlyCollection<OwnFinding> ours)
    {
        // Only what GuardDuty could have: first contacts, while it was watching.
        var own = ours.Where(o => o.Type.IsFirstContact && o.Status != FindingStatus.Withdrawn).ToList();
        var byInstance = own.SelectMany(o => o.Members, (o, m) => (o, m)).ToLookup(x => x.m, x => x.o);
        var theirsByInstance = theirs.ToLookup(t => t.Instance ?? "");
        var matched = new HashSet<string>();
        List<ComparisonRow> rows = [];
        foreach (var their in theirs.OrderBy(t => t.First).ThenBy(t => t.Id, StringComparer.Ordinal))
        {
            var twin = byInstance[their.Instance ?? ""].Where(o => IsSameKind(their, o.Transport) && their.Remote is { } remote && o.Addresses.Contains(remote) && Overlaps(their, o))
                .OrderByDescending(o => o.Reported).ThenBy(o => o.First).FirstOrDefault();
            if (twin is not null) matched.Add(twin.Id);
            rows.Add(twin switch
            {
                null => new(ComparisonKind.OnlyTheirs, their, null, null),
                { Status: FindingStatus.ClosedExpected } => new(ComparisonKind.OnlyTheirs, their, twin, "A rule expects this contact."),
                { Reported: false } => new(ComparisonKind.OnlyTheirs, their, twin, "Wayward has it below the report threshold."),
                _ => new(ComparisonKind.Agreed, their, twin, ""),
            });
        }
        if (theirs.Count == 0) return rows;
        // Outside the span of what was imported, GuardDuty's silence says nothing.
        long from = theirs.Min(t => t.First) - SlackSeconds, to = theirs.Max(t => t.Last) + SlackSeconds;
        foreach (var o in own.Where(o => o.Reported && o.First >= from && o.First <= to && !matched.Contains(o.Id)).OrderBy(o => o.First).ThenBy(o => o.Id, StringComparer.Ordinal))
            rows.Add(new(ComparisonKind.OnlyOurs, null, o, WhyNotTheirs(o, o.Members.SelectMany(m => theirsByInstance[m]))));
        return rows;
    }

    private static bool IsSameKind(GuardDutyFinding their, DnsTransport transport) => GuardDutyFinding.Types.TryGetValue(their.Type, out var transports) && transports.Contains(transport);

    private static bool Overlaps(GuardDutyFinding their, OwnFinding our) => their.First <= our.Last + SlackSeconds && their.Last >= our.First - SlackSeconds;

    private static string WhyNotTheirs(OwnFinding our, IEnumerable<GuardDutyFinding> ofInstance)
    {
        if (!our.Type.IsOfGuardDuty) return $"GuardDuty has no type for {our.Transport.Name()}.";
        var same = ofInstance.Where(t => IsSameKind(t, our.Transport)).ToList();
        if (same.Any(t => Overlaps(t, our))) return "GuardDuty counted contacts of this instance in one finding and keeps only the last address.";
        if (our.Addresses.Count > 0 && our.Addresses.All(a => !a.IsIPv4)) return "The target is IPv6, which GuardDuty's findings of this type rarely name.";
        return "Not among the imported findings: suppressed or archived, learned in GuardDuty's own 90 days, or its Region does not have this type.";
    }
}
