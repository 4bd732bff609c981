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
    /// The target whose reject the new contact goes around, or null. Not: 853 rejected and then plain DNS, a normal fallback; nor DoT tried on another server.
    /// </summary>
    internal static Destination? RejectedBefore(in Alert alert, Parameters parameters)
    {
        foreach (var reject in alert.Instance.Rejects)
            if (GoesAround(alert, reject, parameters)) return reject.Destination;
        return null;
    }

    /// <summary>Does the new contact go around a reject by this target?</summary>
    internal static bool GoesAround(in Alert alert, Destination rejected, Parameters parameters)
    {
        foreach (var reject in alert.Instance.Rejects)
            if (reject.Destination == rejected && GoesAround(alert, reject, parameters)) return true;
        return false;
    }

    private static bool GoesAround(in Alert alert, in (Destination Destination, long First, long Last) reject, Parameters parameters)
    {
        var target = alert.Destination.Destination;
        if (target.Transport == DnsTransport.Dns || reject.Destination == target || (target.Transport == DnsTransport.DoT && reject.Destination.Transport != DnsTransport.Dns)) return false;
        return reject.First <= alert.Start && reject.Last >= alert.Start - (long)parameters.Options.Patterns.EvasionWindow.TotalSeconds;
    }

    private protected override string Clause(Finding finding, string target) => $"was blocked and went around it by {Wording.Protocol(finding.Transport)} to {target}";

    private protected override ScoreFactor Start(FindingCase c)
    {
        var rejected = c.RejectedBefore!.Value;
        return new("start", c.Patterns.EvasionSeverity,
            $"{Wording.Protocol(rejected.Transport)} to {rejected.Address} was rejected, then {c.TargetText} answered by {Wording.Protocol(c.Transport)} within {Wording.Span((long)c.Patterns.EvasionWindow.TotalSeconds)}.");
    }

    private protected override string Counterfactual(FindingCase c) =>
        $"Would not have fired had the reject been more than {Wording.Span((long)c.Patterns.EvasionWindow.TotalSeconds)} earlier, or had nothing answered.";
}
