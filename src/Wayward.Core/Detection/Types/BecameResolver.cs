using Wayward.Core.Contacts;
using Wayward.Core.Reports;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>One of the computed roles, first true at an age over L. A server that always was one is no news.</summary>
public sealed class BecameResolver() : PatternType(11, "BecameResolver")
{
    public static FindingType Type { get; } = new BecameResolver();

    public override IReadOnlyList<Recommendation> Recommendations => Reports.Recommendations.Server;

    public override bool HasOperator => false;
    public override string WithoutOperator => "Name servers";

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

    private protected override string Clause(Finding finding, string target) => IsServer(finding) ? "began to answer DNS for others" : "began to resolve names by itself, from the root servers down";

    internal override string Facts(Finding finding) => $"Seen first at {Wording.Moment(finding.First)}.";

    private protected override ScoreFactor Start(FindingCase c) => new("start", c.Patterns.BecameResolverSeverity, c.Destination.Address.IsNone
        ? $"It answered {c.Patterns.ServesClients} clients or more from its own port 53 in {c.Patterns.ServesHours} hours, which it never did before."
        : $"On {c.Patterns.IteratingDays} days it asked a root server and {c.Patterns.IteratingServers} or more servers that no catalogue names, which it never did before.");

    internal override ScoreFactor Confidence(FindingCase c) => new("start", c.Scoring.Confidence.DnsAnswered, "Records of several hours or days say so.");

    private protected override string Counterfactual(FindingCase c) => "Would not have fired had it had that role while learning.";

    private static bool IsServer(Finding finding) => finding.Addresses.All(a => a.Address.IsNone);
}
