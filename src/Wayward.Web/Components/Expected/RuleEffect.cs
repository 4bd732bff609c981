using Wayward.Core.Triage;

namespace Wayward.Web.Components.Expected;

/// <summary>What a rule does to one finding.</summary>
public enum FindingEffect
{
    /// <summary>The finding is closed.</summary>
    Closes,
    /// <summary>It stays open for the contacts that the rule does not cover.</summary>
    StaysOpen,
    /// <summary>It is about a target of the rule and was decided before: no rule changes that.</summary>
    StaysDecided,
}

/// <summary>One finding that a rule concerns, by the words an analyst knows it by.</summary>
/// <param name="Name">Such as "web-17 to Google Public DNS".</param>
public sealed record AffectedFinding(string Id, string Name, FindingStatus Status, Resolution Resolution, FindingEffect Effect);

/// <summary>A preview with the findings behind its ids, for an analyst to read.</summary>
/// <param name="Findings">Those that the rule closes or covers in part, and the decided ones on the same targets; at most a few dozen.</param>
/// <param name="Warnings">What speaks against the rule: the lint's sentences, and earlier decisions on its targets first.</param>
public sealed record RuleEffect(ExpectedPreview Preview, IReadOnlyList<AffectedFinding> Findings, IReadOnlyList<string> Warnings);
