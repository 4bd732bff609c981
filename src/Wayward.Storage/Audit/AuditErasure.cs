using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Wayward.Storage.Model;

namespace Wayward.Storage.Audit;

/// <summary>Erases the texts of one person's entries. Their salted hashes stay, so the chain still holds; without the salt they do not give the texts away.</summary>
internal static class AuditErasure
{
    public const string Verb = "audit.erase";
    /// <summary>What stands in place of the person's name.</summary>
    public const string Erased = "erased";

    /// <returns>Entries erased.</returns>
    public static async Task<int> RunAsync(WaywardDbContext db, long now, string person, string actor, CancellationToken cancellation)
    {
        var rows = await db.AuditEntries.Where(e => e.Actor == person && e.Salt != null).OrderBy(e => e.Sequence).ToListAsync(cancellation);
        if (rows.Count == 0) return 0;
        foreach (var row in rows)
        {
            (row.Actor, row.Summary, row.Before, row.After, row.Salt) = (Erased, "", null, null, null);
            row.Search = AuditLog.SearchOf(row);
        }
        // The person is not named: that would bring the name back.
        await AuditLog.AppendAsync(db, now, new(actor, Verb, "audit", "Erased the texts of one person's entries", null, JsonSerializer.Serialize(rows.Select(r => r.Sequence)), []), cancellation);
        return rows.Count;
    }
}
