using System.Globalization;
using Wayward.Core.Incidents;
using Wayward.Storage.Model;

namespace Wayward.Storage.Incidents;

/// <summary>One field of an incident or task as audit entries name and keep it: what undo compares and restores.</summary>
internal sealed record Field<T>(string Name, Func<T, string?> Get, Action<T, string?> Set);

internal static class IncidentFields
{
    private const int MaxSearchLength = 8_000;

    public static readonly IReadOnlyList<Field<IncidentEntity>> OfIncident =
    [
        new("title", i => i.Title, (i, v) => i.Title = v ?? ""),
        new("status", i => Number(i.Status), (i, v) => (i.Status, i.IsOpen) = (byte.Parse(v!, CultureInfo.InvariantCulture), ((IncidentStatus)byte.Parse(v!, CultureInfo.InvariantCulture)).IsOpen())),
        new("owner", i => i.Owner, (i, v) => i.Owner = v),
        new("severity", i => i.SetSeverity is { } tenths ? Number(tenths) : null, (i, v) => i.SetSeverity = v is null ? null : int.Parse(v, CultureInfo.InvariantCulture)),
        new("severityReason", i => i.SeverityReason, (i, v) => i.SeverityReason = v ?? ""),
        new("narrative", i => i.Narrative, (i, v) => i.Narrative = v ?? ""),
        new("shown", i => Flag(i.Shown), (i, v) => i.Shown = v is not null),
    ];

    public static readonly IReadOnlyList<Field<IncidentTaskEntity>> OfTask =
    [
        new("doneBy", t => t.DoneBy, (t, v) => t.DoneBy = v),
        new("doneAt", t => t.DoneAt is { } at ? Number(at) : null, (t, v) => t.DoneAt = v is null ? null : long.Parse(v, CultureInfo.InvariantCulture)),
        new("shown", t => Flag(t.Shown), (t, v) => t.Shown = v is not null),
    ];

    public static Dictionary<string, string?> Read<T>(IReadOnlyList<Field<T>> fields, T row) => fields.ToDictionary(f => f.Name, f => f.Get(row), StringComparer.Ordinal);

    /// <summary>The fields that differ, as they were and as they are.</summary>
    public static (Dictionary<string, string?> Before, Dictionary<string, string?> After) Changed(Dictionary<string, string?> before, Dictionary<string, string?> after)
    {
        var names = before.Keys.Where(n => before[n] != after[n]).ToList();
        return (names.ToDictionary(n => n, n => before[n]), names.ToDictionary(n => n, n => after[n]));
    }

    /// <summary>After a change of its fields: what is derived from them.</summary>
    public static void Touch(IncidentEntity row, IReadOnlyCollection<string> changed, long now)
    {
        if (changed.Contains("narrative")) row.NarrativeRevision++;
        if (changed.Any(c => c is not ("narrative" or "shown"))) row.Revision++;
        row.UpdatedAt = now;
        string search = $"{Number(row.Id)}\n{row.Title}\n{row.Owner}\n{row.Narrative}".ToLowerInvariant();
        row.Search = search.Length <= MaxSearchLength ? search : search[..MaxSearchLength];
    }

    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string? Flag(bool value) => value ? "1" : null;
}
