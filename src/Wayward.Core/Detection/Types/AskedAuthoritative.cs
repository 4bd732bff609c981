using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>
/// An instance resolved names by itself on a UTC day: one low finding, and the servers that it had not asked before are its members. Root, TLD and zone servers are among them, servers that a lookup from
/// the root led to, and, while the instance has an iterating role, all others that no catalogue names. <see cref="EpisodeEvaluator"/> says which stand by themselves.
/// </summary>
public sealed class AskedAuthoritative() : PatternType(13, "AskedAuthoritativeServers")
{
    public static FindingType Type { get; } = new AskedAuthoritative();

    public override bool Gathers => true;

    public override bool HasOperator => false;
    public override string WithoutOperator => "Name servers";

    internal override FindingGroup Group(in Alert alert, bool providerMerge) =>
        new(this, new(SubjectKind.Instance, alert.Instance.Key.Id), DnsTransport.Dns, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"day:{UnixTime.Day(alert.Start)}"));

    internal override bool Joins(FindingDraft draft, in Alert next, Parameters parameters) => true;

    /// <summary>What happens after the day belongs to no finding: the servers are known by then.</summary>
    internal override void Find(PatternSearch search)
    {
        foreach (var alert in search.Direct)
        {
            long midnight = (UnixTime.Day(alert.Start) + 1) * UnixTime.DaySeconds;
            search.Add(alert with { Type = this, Episode = alert.Episode with { End = Math.Min(alert.End, midnight - 1) } });
        }
    }

    private protected override string Clause(Finding finding, string target) =>
        finding.Addresses.Count == 1 ? $"asked the authoritative server {target} directly" : $"asked {Wording.Count(Servers(finding), "authoritative server")} directly";

    private static int Servers(Finding finding) => finding.Addresses.Select(a => a.Address).Distinct().Count();

    private protected override ScoreFactor Start(FindingCase c) => new("start", c.Patterns.AuthoritativeSeverity,
        $"{Wording.Count(c.Draft.Alerts.Select(a => a.Destination.Destination.Address).Distinct().Count(), "authoritative server")} asked for the first time on {Wording.Date(c.Time)}: {Wording.List([.. Kinds(c)], 4)}.");

    private static IEnumerable<string> Kinds(FindingCase c) => c.Draft.Alerts
        .GroupBy(a => a.Destination.Provider ?? (a.Episode.IsTraced ? "servers that a lookup from the root led to" : "servers that no catalogue names"), StringComparer.Ordinal)
        .Select(g => $"{Wording.Number(g.Select(a => a.Destination.Destination.Address).Distinct().Count())} of {g.Key}");

    private protected override string LastStep(FindingCase c) =>
        c.Instance.Roles.At(c.Time, c.Patterns) is { } role ? $"{c.Instance.Key} has the role {role}: servers that no catalogue names are part of it." : $"{c.Instance.Key} has no role of a resolver: only root, TLD and zone servers, and steps of one lookup, are part of it.";

    private protected override string Counterfactual(FindingCase c) =>
        $"A server contacted regularly in {c.Scoring.RegularMinimumHours} hours or more, or with a volume of more than names, would have had a finding of its own.";
}
