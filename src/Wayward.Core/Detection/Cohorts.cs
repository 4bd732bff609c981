using Wayward.Core.Contacts;

namespace Wayward.Core.Detection;

/// <summary>
/// The groups that an instance belongs to, narrowest first: its ASG, launch template, image, subnet and VPC. The first one known of the first four is its cohort, which rules and pages name; all of them
/// may evaluate a young instance.
/// </summary>
internal static class Cohorts
{
    /// <summary>Ranks of <see cref="Ranks"/> that make the one cohort that pages and rule scopes name. A VPC is no cohort in that sense: it says too little about what its members do.</summary>
    private const int Named = 4;

    private static readonly (InstanceAttribute Attribute, string Prefix)[] Ranks =
    [
        (InstanceAttribute.Asg, "asg:"), (InstanceAttribute.LaunchTemplate, "template:"), (InstanceAttribute.Image, "image:"), (InstanceAttribute.Subnet, "subnet:"), (InstanceAttribute.Vpc, "vpc:"),
    ];

    /// <summary>The cohort as a subject id, such as <c>asg:web</c>; null when nothing is known.</summary>
    public static string? Of(InstanceHistory history, long at)
    {
        for (int rank = 0; rank < Named; rank++)
            if (history.Fact(Ranks[rank].Attribute, at) is { } value) return Ranks[rank].Prefix + value;
        return null;
    }

    /// <summary>All groups at a time, narrowest first.</summary>
    public static string[] AllOf(InstanceHistory history, long at) =>
        [.. Ranks.Select(rank => history.Fact(rank.Attribute, at) is { } value ? rank.Prefix + value : null).OfType<string>()];

    /// <summary>All cohorts that these facts could ever make.</summary>
    public static IEnumerable<string> Names(IEnumerable<InstanceFact> facts) =>
        facts.SelectMany(fact => Ranks.Where(r => r.Attribute == fact.Attribute).Select(r => r.Prefix + fact.Value));

    /// <summary>What makes a cohort, from its subject id; null when it is none.</summary>
    public static (InstanceAttribute Attribute, string Value)? Parse(string cohort)
    {
        foreach (var (attribute, prefix) in Ranks)
            if (cohort.StartsWith(prefix, StringComparison.Ordinal)) return (attribute, cohort[prefix.Length..]);
        return null;
    }

    /// <summary>Does a change of this fact move an instance to other groups?</summary>
    public static bool Decides(InstanceAttribute attribute) => Array.Exists(Ranks, rank => rank.Attribute == attribute);

    /// <summary>True when none of its groups can have changed over time.</summary>
    public static bool IsConstant(InstanceHistory history)
    {
        foreach (var (attribute, _) in Ranks)
        {
            int values = 0;
            foreach (var fact in history.Facts)
                if (fact.Attribute == attribute && ++values > 1) return false;
        }
        return true;
    }
}
