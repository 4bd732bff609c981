using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Wayward.Storage.Model;

namespace Wayward.Storage.Audit;

/// <summary>An entry to be added, and the findings and rules that it is about.</summary>
internal sealed record NewAuditEntry(string Actor, string Verb, string Subject, string Summary, string? Before, string? After, IEnumerable<string> Subjects)
{
    public long? UndoOf { get; init; }
}

/// <summary>Adds entries within the transaction of what they record.</summary>
internal static class AuditLog
{
    public const string System = "system";
    private const int MaxSearchLength = 4_000;

    /// <summary>How a rule is named among an entry's subjects.</summary>
    public static string RuleSubject(int ruleId) => string.Create(CultureInfo.InvariantCulture, $"rule:{ruleId}");

    public static async Task<AuditEntryEntity> AppendAsync(WaywardDbContext db, long at, NewAuditEntry entry, CancellationToken cancellation)
    {
        string search = $"{entry.Actor}\n{entry.Verb}\n{entry.Subject}\n{entry.Summary}".ToLowerInvariant();
        var row = new AuditEntryEntity
        {
            At = at, Actor = entry.Actor, Verb = entry.Verb, Subject = entry.Subject, Summary = entry.Summary, Before = entry.Before, After = entry.After, UndoOf = entry.UndoOf,
            Search = search.Length <= MaxSearchLength ? search : search[..MaxSearchLength],
        };
        db.AuditEntries.Add(row);
        await AuditChain.LinkAsync(db, row, cancellation);
        await db.SaveChangesAsync(cancellation);
        db.AuditSubjects.AddRange(entry.Subjects.Append(entry.Subject).Distinct(StringComparer.Ordinal).Select(s => new AuditSubjectEntity { AuditId = row.Id, Subject = s }));
        await db.SaveChangesAsync(cancellation);
        return row;
    }

    /// <summary>Makes entries about one subject visible under another: a rule's under the findings that it closed.</summary>
    public static async Task LinkAsync(WaywardDbContext db, string from, IReadOnlyCollection<string> to, CancellationToken cancellation)
    {
        var entries = await db.AuditSubjects.Where(s => s.Subject == from).Select(s => s.AuditId).ToListAsync(cancellation);
        var targets = to.ToList();
        var linked = await db.AuditSubjects.Where(s => entries.Contains(s.AuditId) && targets.Contains(s.Subject)).Select(s => new { s.AuditId, s.Subject }).ToListAsync(cancellation);
        var known = linked.Select(l => (l.AuditId, l.Subject)).ToHashSet();
        foreach (long entry in entries)
            foreach (string subject in targets)
                if (known.Add((entry, subject))) db.AuditSubjects.Add(new AuditSubjectEntity { AuditId = entry, Subject = subject });
        await db.SaveChangesAsync(cancellation);
    }
}
