using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Wayward.Storage.Model;

namespace Wayward.Storage.Audit;

/// <summary>
/// Links the audit entries: each holds the hash of its predecessor's hash and its own content, and one row beside the log holds the number of entries and the last hash. A changed, removed or inserted
/// entry breaks the chain; a tail that was cut off leaves the count and the last hash without their entries.
/// </summary>
/// <remarks><see cref="AuditEntryEntity.UndoneBy"/> is set later and is not part of the hash. It must agree with the <see cref="AuditEntryEntity.UndoOf"/> of the entry that it names.</remarks>
internal static class AuditChain
{
    /// <summary>Adds an entry to the chain, within the transaction that adds the entry.</summary>
    public static async Task LinkAsync(WaywardDbContext db, AuditEntryEntity entry, CancellationToken cancellation)
    {
        var head = await db.AuditHeads.SingleAsync(cancellation);
        head.Entries++;
        head.Chain = entry.Chain = Next(head.Chain, entry);
    }

    /// <summary>What is wrong with the log, one sentence each; the first break of the chain is reported, because every later entry follows from it.</summary>
    public static async Task<(long Entries, string Chain, IReadOnlyList<string> Problems)> CheckAsync(WaywardDbContext db, CancellationToken cancellation)
    {
        var problems = new List<string>();
        var undone = new Dictionary<long, long>();
        var claimed = new Dictionary<long, long>();
        long count = 0;
        string chain = "";
        bool broken = false;
        await foreach (var entry in db.AuditEntries.AsNoTracking().OrderBy(e => e.Id).AsAsyncEnumerable().WithCancellation(cancellation))
        {
            count++;
            if (!broken && entry.Chain != Next(chain, entry))
            {
                broken = true;
                problems.Add(FormattableString.Invariant($"The audit log is not what was written: entry {entry.Id} or the entries before it were changed, removed or added."));
            }
            chain = entry.Chain;
            if (entry.UndoOf is { } of) undone[of] = entry.Id;
            if (entry.UndoneBy is { } by) claimed[entry.Id] = by;
        }
        var head = await db.AuditHeads.AsNoTracking().SingleOrDefaultAsync(cancellation);
        if (head is null) problems.Add("The row that closes the audit log is missing.");
        else if (head.Entries != count || head.Chain != chain)
            problems.Add(FormattableString.Invariant($"The audit log does not end where it ended when it was written: {count} entries, {head.Entries} expected."));
        if (undone.Count != claimed.Count || undone.Any(u => claimed.GetValueOrDefault(u.Key) != u.Value)) problems.Add("The audit log does not agree with itself about what was undone.");
        return (count, chain, problems);
    }

    private static string Next(string before, AuditEntryEntity e)
    {
        var bytes = new ArrayBufferWriter<byte>(512);
        foreach (string? text in (ReadOnlySpan<string?>)[before, Number(e.At), e.Actor, e.Verb, e.Subject, e.Summary, e.Before, e.After, e.UndoOf is { } of ? Number(of) : null, e.Search])
        {
            // A length of its own for what is missing, so that nothing and an empty text differ.
            byte[] content = text is null ? [] : Encoding.UTF8.GetBytes(CheckedRows.Stored(text));
            BinaryPrimitives.WriteInt32BigEndian(bytes.GetSpan(sizeof(int)), text is null ? -1 : content.Length);
            bytes.Advance(sizeof(int));
            bytes.Write(content);
        }
        return Convert.ToHexStringLower(SHA256.HashData(bytes.WrittenSpan));
    }

    private static string Number(long value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
