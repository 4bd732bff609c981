using Wayward.Core.Contacts;
using Wayward.Core.Reports;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>A rejected plain query, then a new way around it that was answered.</summary>
public sealed class EvasionAfterBlock() : PatternType(10, "EvasionAfterBlock")
{
    public static FindingType Type { get; } = new EvasionAfterBlock();

    public override IReadOnlyList<AttackTechnique> Techniques(Finding finding) => [AttackMapping.Fallback, .. base.Techniques(finding)];

    public override IReadOnlyList<Recommendation> Recommendations => Reports.Recommendations.Evasion;

    public override bool Gathers => true;

    internal override void Find(PatternSearch search)
    {
        foreach (var alert in search.Contacts)
            if (RejectedBefore(alert, search.Parameters) is not null) search.Add(alert with { Type = this });
    }

    internal override bool ScoresMembers => true;

    internal override FindingGroup Group(in Alert alert, bool providerMerge) => base.Group(alert, providerMerge) with { Subject = new(SubjectKind.Instance, alert.Instance.Key.Id) };

    /// <summary>Whether the new way was answered shows only in its cells.</summary>
    internal override bool IsBorneOut(FindingCase c) => c.Outcome == ContactOutcome.Answered;

    /// <summary>
    /// The target whose reject the new contact goes around, and the latest start of a rejected record before it; null = none. Not: 853 rejected and then plain DNS, a normal fallback; nor DoT tried on another server.
    /// </summary>
    internal static (Destination Target, long At)? RejectedBefore(in Alert alert, Parameters parameters)
    {
        (Destination Target, long At)? latest = null;
        foreach (var reject in alert.Instance.Rejects)
            if (GoesAround(alert, reject, parameters) && (latest is null || reject.At > latest.Value.At)) latest = reject;
        return latest;
    }

    /// <summary>Does the new contact go around a reject by this target?</summary>
    internal static bool GoesAround(in Alert alert, Destination rejected, Parameters parameters)
    {
        foreach (var reject in alert.Instance.Rejects)
            if (reject.Target == rejected && GoesAround(alert, reject, parameters)) return true;
        return false;
    }

    private static bool GoesAround(in Alert alert, in (Destination Target, long At) reject, Parameters parameters)
    {
        var target = alert.Destination.Destination;
        if (target.Transport == DnsTransport.Dns || reject.Target == target || (target.Transport == DnsTransport.DoT && reject.Target.Transport != DnsTransport.Dns)) return false;
        return reject.At < alert.Start && reject.At >= alert.Start - Window(parameters);
    }

    private static long Window(Parameters parameters) => (long)parameters.Options.Patterns.EvasionWindow.TotalSeconds;

    /// <summary>
    /// Of the rejected records of an instance those that a contact of one of these episodes may go around: before each first contact, and before the first one that a rule forbids, the latest of each target. A target that
    /// is rejected all day long leaves no more than that.
    /// </summary>
    internal static (Destination Target, long At)[] Rejects(IReadOnlyList<DestinationPairs> pairs, IReadOnlyList<DestinationSummary> destinations, Parameters parameters)
    {
        var starts = destinations.Where(d => d.Destination.Transport != DnsTransport.Dns).SelectMany(d => d.Episodes).SelectMany(e => e.IsForbidden ? (long[])[e.Start, e.ForbiddenFrom] : [e.Start]).Distinct().ToList();
        if (starts.Count == 0) return [];
        var rejects = new SortedSet<(Destination Target, long At)>();
        foreach (var destination in pairs)
        {
            foreach (var (endpoint, _, cells) in destination.Endpoints)
            {
                if (endpoint.Port is not (53 or 853)) continue;
                foreach (var cell in cells)
                {
                    if (cell.LastReject == 0) continue;
                    // Where nothing was accepted, the first contact was rejected too.
                    long first = cell.OutAccepted.Records == 0 ? cell.FirstContact : cell.LastReject;
                    foreach (long start in starts)
                    {
                        long at = cell.LastReject < start ? cell.LastReject : first;
                        if (at < start && at >= start - Window(parameters)) rejects.Add((destination.Destination, at));
                    }
                }
            }
        }
        return [.. rejects];
    }

    private protected override string Clause(Finding finding, string target) => $"was blocked and went around it by {Wording.Protocol(finding.Transport)} to {target}";

    private protected override ScoreFactor Start(FindingCase c)
    {
        var (rejected, at) = c.RejectedBefore!.Value;
        return new("start", c.Patterns.EvasionSeverity,
            $"{Wording.Protocol(rejected.Transport)} to {rejected.Address} was rejected at {Wording.Moment(at)}; {Wording.Span(c.Time - at)} later {c.TargetText} was asked by {Wording.Protocol(c.Transport)}, and answered.");
    }

    private protected override string Counterfactual(FindingCase c) =>
        $"Would not have fired had the reject been more than {Wording.Span((long)c.Patterns.EvasionWindow.TotalSeconds)} earlier, or had nothing answered.";
}
