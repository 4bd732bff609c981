namespace Wayward.Core.Reports;

/// <summary>What every report says about itself.</summary>
public abstract record ReportHead
{
    /// <summary>Unix seconds.</summary>
    public required long GeneratedAt { get; init; }
    public required string GeneratedBy { get; init; }
    /// <summary>Name and version of the program.</summary>
    public required string Generator { get; init; }
    /// <summary>Detection parameters as used, by key.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Parameters { get; init; } = [];
    public ReportOptions Options { get; init; } = ReportOptions.Default;
}

/// <summary>What whoever exports may choose.</summary>
public sealed record ReportOptions
{
    public static ReportOptions Default { get; } = new();

    /// <summary>Versions of the OCSF schema that can be written, oldest first.</summary>
    public static IReadOnlyList<string> OcsfVersions { get; } = ["1.3.0", "1.4.0", "1.5.0", "1.6.0", "1.7.0", "1.8.0"];

    /// <summary>One of <see cref="OcsfVersions"/>. AWS Security Hub takes 1.6.</summary>
    public string OcsfVersion { get; init; } = "1.6.0";

    /// <summary>JSON: one finding a line, as for many; otherwise the one finding as an indented document.</summary>
    public bool Lines { get; init; }

    /// <summary>Write STIX indicators. Off: most targets are public resolvers, and an indicator for one would raise alarms wherever it is shared.</summary>
    public bool Indicators { get; init; }
}

/// <summary>A dossier as it is handed on: with the time, the person, the program and the parameters of the detection.</summary>
public sealed record FindingReport : ReportHead
{
    public required FindingDossier Dossier { get; init; }
}

/// <summary>What a report writer is given: findings, one or any number, each read when its turn comes.</summary>
public sealed record FindingsReport : ReportHead
{
    public required IAsyncEnumerable<FindingDossier> Dossiers { get; init; }

    /// <summary>The report of one of the findings.</summary>
    public FindingReport Of(FindingDossier dossier) => new()
    {
        Dossier = dossier,
        GeneratedAt = GeneratedAt,
        GeneratedBy = GeneratedBy,
        Generator = Generator,
        Parameters = Parameters,
        Options = Options,
    };
}
