using Wayward.Core.Contacts;

namespace Wayward.Core.Detection;

/// <summary>Which cohort an instance belongs to: its ASG, else launch template, else image, else subnet.</summary>
internal static class Cohorts
{
    private static readonly (InstanceAttribute Attribute, string Prefix)[] Ranks =
    [
        (InstanceAttribute.Asg, "asg:"), (InstanceAttribute.LaunchTemplate, "template:"), (InstanceAttribute.Image, "image:"), (InstanceAttribute.Subnet, "subnet:"),
    ];

    /// <summary>The cohort as a subject id, such as <c>asg:web</c>; null when nothing is known.</summary>
    public static string? Of(InstanceHistory history, long at)
    {
        foreach (var (attribute, prefix) in Ranks)
        {
            if (history.Fact(attribute, at) is { } value) return prefix + value;
        }
        return null;
    }

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

    /// <summary>True when the cohort cannot have changed over time.</summary>
    public static bool IsConstant(InstanceHistory history)
    {
        foreach (var (attribute, _) in Ranks)
        {
            int values = 0;
            foreach (var fact in history.Facts)
                if (fact.Attribute == attribute) values++;
            if (values == 1) return true;
            if (values > 1) return false;
        }
        return true;
    }
}
