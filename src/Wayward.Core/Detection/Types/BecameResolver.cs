using Wayward.Core.Contacts;
using Wayward.Core.Reports;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;

namespace Wayward.Core.Detection;

/// <summary>One of the computed roles, first true at an age over L. A server that always was one is no news.</summary>
public sealed class BecameResolver() : PatternType(11, "BecameResolver")
{
    public static FindingType Type { get; } = new BecameResolver();

    public override IReadOnlyList<Recommendation> Recommendations => Reports.Recommendations.Server;

    public override bool HasOperator => false;
    public override string WithoutOperator => "Name servers";

    internal override bool AsksPeers => true;

    internal override FindingGroup Group(in Alert alert, bool providerMerge) =>
        new(this, SubjectOf(alert), DnsTransport.Dns, alert.Destination.Destination.Address.IsNone ? RoleNames.ServesDns : RoleNames.IteratingResolver);

    internal override void Find(PatternSearch search)
    {
        var instance = search.Instance;
        foreach (long time in instance.Roles.BecameIterating(search.Options))
        {
            if (instance.AgeAt(time) < search.Parameters.Learning) continue;
            var root = instance.Destinations.FirstOrDefault(d => d.Entry is { Tier: CatalogTier.Authoritative } && d.UsedBefore(time + 1, search.Parameters, out _));
            if (root is not null) search.Add(this, root, time, time);
        }
        foreach (long time in instance.Roles.BecameServing(search.Options))
        {
            if (instance.AgeAt(time) < search.Parameters.Learning) continue;
            search.Add(this, new DestinationSummary { Instance = instance, Destination = new Destination(ContactHour.Served.Address, DnsTransport.Dns), Episodes = [new EpisodeSpan(time, time, long.MaxValue, 0)] }, time, time);
        }
    }

    public override (string Operator, string Address) Target(Finding finding)
    {
        string target = IsServer(finding) ? "its own port 53" : "root and authoritative servers";
        return (target, target);
    }

    private protected override string Clause(Finding finding, string target) => IsServer(finding) ? "began to answer DNS for others" : "began to ask servers as a resolver does, from the root servers down";

    internal override string Facts(Finding finding) => $"Seen first at {Wording.Moment(finding.First)}.";

    private protected override ScoreFactor Start(FindingCase c)
    {
        if (!c.Destination.Address.IsNone)
        {
            string answers = c.Instance.Roles.IsIterating(c.Time + 1, c.Patterns) ? "" : " Too few of them answered to make a resolver of it: it only looks like one.";
            return new("start", c.Patterns.BecameResolverSeverity,
                $"On {c.Patterns.IteratingDays} days it asked a root server and {c.Patterns.IteratingServers} or more servers that no catalogue names, which it never did before.{answers}");
        }
        var clients = Clients(c);
        var space = new AddressSpace(c.Parameters.Options.OwnPrefixes.Select(IpPrefix.Parse));
        var strangers = clients.FindAll(space.IsPublic);
        string who = strangers.Count == 0 ? "all private" : strangers.Count == clients.Count ? "all public" : $"{Wording.Number(strangers.Count)} of them public";
        string answered = $"It answered DNS from its own port 53 in {c.Patterns.ServesHours} hours, which it never did before; at least {Wording.Count(clients.Count, "client")}, {who}: {Wording.List([.. clients.Select(a => a.ToString())], 4)}.";
        if (strangers.Count > 0) return new("start", c.Patterns.PublicServerSeverity, answered);
        return Peer(c) is { } peer
            ? new("start", c.Patterns.GroupServerSeverity, $"{answered} {peer.Key} of its group served DNS before.")
            : new("start", c.Patterns.BecameResolverSeverity, answered);
    }

    /// <summary>Whom it answered in the hours that made the role: of each hour the ledger keeps the first few by address.</summary>
    private static List<IpAddress> Clients(FindingCase c)
    {
        long from = c.Time - (long)c.Patterns.RoleWindow.TotalSeconds;
        return [.. c.Served.Where(h => h.Hour * UnixTime.HourSeconds is var start && start >= from && start < c.Time).SelectMany(h => h.InnerSources).Distinct().Order()];
    }

    /// <summary>Another member of its group that already served DNS: a second server of a kind is a planned one.</summary>
    private static InstanceSummary? Peer(FindingCase c) => c.Instance.CohortAt(c.Time) is not { } cohort ? null
        : c.Index.Members(cohort).Where(m => m != c.Instance && m.Roles.ServesDns(c.Time, c.Patterns) && m.IsIn(cohort, c.Time)).MinBy(m => m.Key);

    internal override ScoreFactor Confidence(FindingCase c) => new("start", c.Scoring.Confidence.DnsAnswered, "Records of several hours or days say so.");

    private protected override string Counterfactual(FindingCase c) => "Would not have fired had it had that role while learning.";

    private static bool IsServer(Finding finding) => finding.Addresses.Count == 0;
}
