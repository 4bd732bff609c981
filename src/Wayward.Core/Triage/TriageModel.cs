namespace Wayward.Core.Triage;

/// <summary>Where a finding stands. Values are stored; do not renumber.</summary>
public enum FindingStatus : byte
{
    Open = 1,
    Acknowledged = 2,
    /// <summary>Closed by an analyst, with a <see cref="Resolution"/>.</summary>
    Closed = 3,
    /// <summary>Closed by an expected-target rule; opens again by itself when the rule goes.</summary>
    ClosedExpected = 4,
    /// <summary>The engine no longer says it: an earlier contact arrived, or the data changed.</summary>
    Withdrawn = 5,
}

/// <summary>Why a finding was closed: the vocabulary of Security Hub's verification states, made finer.</summary>
public enum Resolution : byte
{
    None = 0,
    TruePositive = 1,
    BenignPositive = 2,
    FalsePositive = 3,
    Duplicate = 4,
    InsufficientData = 5,
}

public static class TriageNames
{
    /// <summary>Output names: <c>open</c>, <c>acknowledged</c>, <c>closed</c>, <c>closed-expected</c>, <c>withdrawn</c>.</summary>
    public static string Name(this FindingStatus status) => status switch
    {
        FindingStatus.ClosedExpected => "closed-expected",
        _ => status.ToString().ToLowerInvariant(),
    };

    /// <summary>As it reads after "closed as".</summary>
    public static string Words(this Resolution resolution) => resolution switch
    {
        Resolution.TruePositive => "true positive",
        Resolution.BenignPositive => "benign positive",
        Resolution.FalsePositive => "false positive",
        Resolution.InsufficientData => "insufficient data",
        Resolution.Duplicate => "duplicate",
        _ => "done",
    };

    public static bool IsOpen(this FindingStatus status) => status is FindingStatus.Open or FindingStatus.Acknowledged;
}
