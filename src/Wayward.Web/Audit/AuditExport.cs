using System.Globalization;
using System.Text.Json;
using Wayward.Core.Text;
using Wayward.Storage.Audit;

namespace Wayward.Web.Audit;

/// <summary>Writes entries for other programs: CSV for a spreadsheet, or one JSON object a line.</summary>
internal static class AuditExport
{
    public static readonly string[] Formats = ["csv", "ndjson"];

    /// <returns>Entries written.</returns>
    public static async Task<long> WriteAsync(IAsyncEnumerable<AuditEntry> entries, string format, TextWriter output, CancellationToken cancellation)
    {
        long count = 0;
        // Rows are made in memory: the server refuses to write synchronously.
        var row = new StringWriter(CultureInfo.InvariantCulture);
        var csv = new Csv(row);
        if (format == "csv") csv.Header("number", "at", "actor", "action", "subject", "summary", "undoOf", "undoneBy");
        await foreach (var e in entries.WithCancellation(cancellation))
        {
            count++;
            if (format == "csv")
            {
                csv.Number(e.Id).Text(UtcTime.IsoMilliseconds(e.At)).Text(e.Actor).Text(e.Verb).Text(e.Subject).Text(e.Summary).Text(Number(e.UndoOf)).Text(Number(e.UndoneBy));
                csv.EndRow();
                await output.WriteAsync(row.GetStringBuilder(), cancellation);
                row.GetStringBuilder().Clear();
            }
            else
            {
                await output.WriteAsync(JsonSerializer.Serialize(new { number = e.Id, at = UtcTime.IsoMilliseconds(e.At), actor = e.Actor, action = e.Verb, subject = e.Subject, summary = e.Summary, before = e.Before, after = e.After, undoOf = e.UndoOf, undoneBy = e.UndoneBy }) + "\n");
            }
        }
        await output.WriteAsync(row.GetStringBuilder(), cancellation);
        return count;
    }

    private static string? Number(long? value) => value?.ToString(CultureInfo.InvariantCulture);
}
