using Wayward.Core.Detection;
using Wayward.Core.Triage;

namespace Wayward.Core.Reports.Contracts;

/// <summary>Values as the contracts write them.</summary>
public static class ContractValues
{
    /// <summary>One decimal always, so that 5.0 stays 5.0.</summary>
    public static decimal Tenths(int value) => new(Math.Abs(value), 0, 0, value < 0, 1);

    public static string Name(ContactOutcome outcome) => outcome switch
    {
        ContactOutcome.Answered => "answered",
        ContactOutcome.Unanswered => "unanswered",
        ContactOutcome.Blocked => "blocked",
        _ => "answer-blocked",
    };

    /// <summary><c>true-positive</c>, <c>benign-positive</c>, …; null for none.</summary>
    public static string? Name(Resolution resolution) => resolution switch
    {
        Resolution.None => null,
        Resolution.TruePositive => "true-positive",
        Resolution.BenignPositive => "benign-positive",
        Resolution.FalsePositive => "false-positive",
        Resolution.InsufficientData => "insufficient-data",
        _ => resolution.ToString().ToLowerInvariant(),
    };
}
