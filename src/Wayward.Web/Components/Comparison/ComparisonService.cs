using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.GuardDuty;
using Wayward.Core.Triage;
using Wayward.Engine.Detection;
using Wayward.Engine.Inventories;
using Wayward.Storage.Findings;
using Wayward.Storage.GuardDuty;

namespace Wayward.Web.Components.Comparison;

/// <param name="Imported">GuardDuty's findings in the store.</param>
/// <param name="Counts">Rows of each kind.</param>
internal sealed record ComparisonView(int Imported, IReadOnlyDictionary<ComparisonKind, int> Counts, IReadOnlyList<ComparisonRow> Rows, int Number, int Total);

/// <summary>Sets GuardDuty's imported findings beside ours.</summary>
internal sealed class ComparisonService(IGuardDutyStore guardDuty, IFindingStore findings, IHistoryReader histories, IAcceptedContactReader accepted)
{
    public const int PageSize = 50;
    private const int ReadAtOnce = 500;

    public async Task<ComparisonView> ReadAsync(ComparisonKind? kind, int page, CancellationToken cancellation)
    {
        var (imported, rows) = await AllAsync(cancellation);
        var counts = rows.GroupBy(r => r.Kind).ToDictionary(g => g.Key, g => g.Count());
        var matching = rows.Where(r => kind is null || r.Kind == kind).ToList();
        int number = Math.Clamp(page, 1, Math.Max(1, (matching.Count + PageSize - 1) / PageSize));
        List<ComparisonRow> shown = [];
        foreach (var row in matching.Skip((number - 1) * PageSize).Take(PageSize))
            shown.Add(row.Reason is null && row.Theirs is { } their ? row with { Reason = await WhyNotOursAsync(their, cancellation) } : row);
        return new(imported, counts, shown, number, matching.Count);
    }

    private async Task<(int Imported, IReadOnlyList<ComparisonRow> Rows)> AllAsync(CancellationToken cancellation)
    {
        var theirs = await guardDuty.AllAsync(cancellation);
        if (theirs.Count == 0) return (0, []);
        List<OwnFinding> ours = [];
        FindingPosition? after = null;
        var query = new FindingQuery { Statuses = [], IncludeUnreported = true, Types = [.. FindingTypes.All.Where(t => t.IsFirstContact)] };
        while (true)
        {
            var part = await findings.PageAsync(query, null, after, ReadAtOnce, cancellation);
            ours.AddRange(part.Select(f => OwnFinding.Of(f.Finding, f.Status)));
            if (part.Count < ReadAtOnce) break;
            after = new(part[^1].Finding.First, part[^1].Finding.Id);
        }
        return (theirs.Count, Core.GuardDuty.Comparison.Of(theirs, ours));
    }

    /// <summary>GuardDuty's findings that are about the same contact.</summary>
    public async Task<IReadOnlyList<GuardDutyFinding>> TwinsAsync(Finding finding, FindingStatus status, CancellationToken cancellation)
    {
        if (!finding.Type.IsOfGuardDuty) return [];
        List<GuardDutyFinding> theirs = [];
        foreach (var member in finding.Members.Take(PageSize)) theirs.AddRange(await guardDuty.OfInstanceAsync(member.Id, cancellation));
        var rows = Core.GuardDuty.Comparison.Of(theirs, [OwnFinding.Of(finding, status)]);
        return [.. rows.Where(r => r.Ours is not null && r.Theirs is not null).Select(r => r.Theirs!)];
    }

    private async Task<string> WhyNotOursAsync(GuardDutyFinding their, CancellationToken cancellation)
    {
        if (their.Instance is not { Length: > 0 } id) return "GuardDuty names no instance.";
        if (await histories.FindAsync(new(id), cancellation) is not { } history) return "No coverage: the instance is in no flow log that was read.";
        if (their.Remote is not { } remote) return "GuardDuty names no address.";
        var contact = (await accepted.ReadAsync(new(id), cancellation)).Where(a => a.Destination.Address == remote)
            .OrderBy(a => Math.Abs(a.First - their.First)).FirstOrDefault();
        if (contact is not null) return Why(contact);
        bool observed = history.Coverage.Values.Any(d => d.FirstStart <= their.Last + UnixTime.HourSeconds && d.LastEnd >= their.First - UnixTime.HourSeconds);
        return observed ? "No such contact is in the flow logs that were read." : "No coverage: the instance has no records of that time.";
    }

    private static string Why(AcceptedContact contact) => contact.Reason switch
    {
        AcceptedReason.Learned => "Learned: the contact began while the instance was young, or before its target was known.",
        AcceptedReason.LearnedFromGroup => $"Learned: the group {contact.Group} had established this target.",
        AcceptedReason.Role => $"The role of the instance explains it: {contact.Role}.",
        AcceptedReason.Expected => $"Rule {contact.RuleId} expects it.",
        AcceptedReason.OwnNetwork => "The target is in an own network.",
        _ => "The records do not tell which side began the exchange.",
    };
}
