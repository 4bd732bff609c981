using System.Globalization;
using System.Security.Cryptography;
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
        var row = new AuditEntryEntity
        {
            At = at, Actor = entry.Actor, Verb = entry.Verb, Subject = entry.Subject, Summary = entry.Summary, Before = entry.Before, After = entry.After, UndoOf = entry.UndoOf,
            Salt = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
        };
        row.Search = SearchOf(row);
        await ChainAsync(db, row, cancellation);
        db.AuditEntries.Add(row);
        await db.SaveChangesAsync(cancellation);
        db.AuditSubjects.AddRange(entry.Subjects.Append(entry.Subject).Distinct(StringComparer.Ordinal).Select(s => new AuditSubjectEntity { AuditId = row.Id, Subject = s }));
        await db.SaveChangesAsync(cancellation);
        return row;
    }

    /// <summary>The text that the filter of the page matches.</summary>
    public static string SearchOf(AuditEntryEntity row)
    {
        string search = $"{row.Actor}\n{row.Verb}\n{row.Subject}\n{row.Summary}".ToLowerInvariant();
        return search.Length <= MaxSearchLength ? search : search[..MaxSearchLength];
    }

    /// <summary>Appends the entry to the hash chain: sets its sequence number and its hashes. The first statement locks the head until the transaction ends, so no two entries have one sequence number.</summary>
    private static async Task ChainAsync(WaywardDbContext db, AuditEntryEntity row, CancellationToken cancellation)
    {
        await db.AuditHeads.ExecuteUpdateAsync(h => h.SetProperty(x => x.Sequence, x => x.Sequence + 1), cancellation);
        var head = await db.AuditHeads.AsNoTracking().FirstAsync(cancellation);
        row.Sequence = head.Sequence;
        using var hasher = new AuditChain();
        row.TextHash = hasher.TextHash(row);
        row.Hash = hasher.Hash(head.Hash, row);
        await db.AuditHeads.ExecuteUpdateAsync(h => h.SetProperty(x => x.Hash, row.Hash), cancellation);
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
