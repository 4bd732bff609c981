using System.Text.Json;
using Wayward.Core.Contacts;
using Wayward.FlowLogs;

namespace Wayward.Engine.Pipeline;

/// <summary>The two small JSON texts of a ledger row.</summary>
public static class LedgerJson
{
    /// <summary>Array of {line, column, reason}; null when there is none.</summary>
    public static string? Quarantine(IReadOnlyList<QuarantinedLine> lines) =>
        lines.Count == 0 ? null : JsonSerializer.Serialize(lines.Select(l => new { line = l.Line, column = l.Column, reason = l.Reason }));

    /// <summary>Object of reason name to count, in order of the reasons; null when nothing was skipped.</summary>
    public static string? Skipped(IReadOnlyDictionary<SkipReason, long> skipped) =>
        skipped.Count == 0 ? null : JsonSerializer.Serialize(skipped.OrderBy(s => s.Key).ToDictionary(s => SkipReasonNames.Name(s.Key), s => s.Value));
}
