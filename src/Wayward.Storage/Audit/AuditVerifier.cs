using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Wayward.Storage.Model;

namespace Wayward.Storage.Audit;

/// <summary>The newest entry of the chain.</summary>
public sealed record AuditHead(long Sequence, string Hash);

/// <summary>What a verification found.</summary>
/// <param name="Head">The newest entry that was read.</param>
/// <param name="AlteredAt">First entry that is not what was written, by its place; null = none.</param>
/// <param name="CutAfter">Entries after this place are missing; null = none known to be.</param>
/// <param name="Unanchored">Entries after the newest checkpoint: a cut among them could not be noticed.</param>
/// <param name="Erased">Entries whose texts were erased, as other entries say.</param>
/// <param name="HasHead">Does the row exist that holds the newest entry's hash?</param>
public sealed record AuditVerdict(AuditHead Head, long? AlteredAt, long? CutAfter, long Unanchored, long Erased, int Checkpoints, bool HasHead, IReadOnlyList<string> Problems)
{
    public bool Intact => AlteredAt is null && CutAfter is null && Problems.Count == 0;
}

/// <summary>Reads the whole audit log in order and compares it with its hashes and with the checkpoints.</summary>
internal sealed class AuditVerifier(IReadOnlyList<AuditCheckpoint> checkpoints, IReadOnlyList<string> problems, string? expectedHead)
{
    private readonly Dictionary<long, string> _anchors = checkpoints.GroupBy(c => c.Sequence).ToDictionary(g => g.Key, g => g.First().Hash);
    private readonly HashSet<long> _erased = [];
    private readonly Dictionary<long, long> _undone = [];
    private readonly Dictionary<long, long> _undoing = [];
    private readonly Dictionary<long, long> _places = [];
    private readonly List<string> _problems = [.. problems];
    private long? _altered;
    private long _confirmed;
    private bool _expectedSeen = expectedHead is null;

    public async Task<AuditVerdict> RunAsync(WaywardDbContext db, CancellationToken cancellation)
    {
        using var chain = new AuditChain();
        long sequence = 0;
        string hash = AuditChain.Beginning;
        await foreach (var entry in db.AuditEntries.AsNoTracking().OrderBy(e => e.Sequence).AsAsyncEnumerable().WithCancellation(cancellation))
        {
            sequence++;
            if (entry.Sequence != sequence || !IsAsWritten(chain, hash, entry))
            {
                _altered = sequence;
                break;
            }
            hash = entry.Hash;
            if (hash == expectedHead) _expectedSeen = true;
            if (_anchors.TryGetValue(sequence, out string? anchored) && anchored != hash)
            {
                _altered = sequence;
                _problems.Add($"A checkpoint says that entry {Number(sequence)} had another hash: this entry or an earlier one was rewritten.");
                break;
            }
        }
        if (_altered is null) CheckReferences();
        var head = await db.AuditHeads.AsNoTracking().FirstOrDefaultAsync(cancellation);
        long newest = checkpoints.Where(c => c.Sequence <= sequence).Select(c => c.Sequence).DefaultIfEmpty(0).Max();
        return new(new(sequence, hash), _altered, _altered is null ? CutAfter(sequence, hash, head, newest) : null, Math.Max(0, sequence - newest), _confirmed, checkpoints.Count, head is not null, _problems);
    }

    private bool IsAsWritten(AuditChain chain, string previous, AuditEntryEntity entry)
    {
        if (chain.Hash(previous, entry) != entry.Hash) return false;
        if (entry.UndoOf is { } undone) _undoing[entry.Id] = undone;
        if (entry.UndoneBy is { } by)
        {
            _undone[entry.Id] = by;
            _places[entry.Id] = entry.Sequence;
        }
        if (entry.Salt is null)
        {
            _erased.Add(entry.Sequence);
            return entry is { Actor: AuditErasure.Erased, Summary: "", Before: null, After: null } && entry.Search == AuditLog.SearchOf(entry);
        }
        if (chain.TextHash(entry) != entry.TextHash || entry.Search != AuditLog.SearchOf(entry)) return false;
        if (entry.Verb == AuditErasure.Verb && entry.After is { } after)
            foreach (long place in JsonSerializer.Deserialize<long[]>(after) ?? [])
                if (_erased.Remove(place)) _confirmed++;
        return true;
    }

    /// <summary>An erasure that no entry records, and an undo mark without its undo, are alterations too.</summary>
    private void CheckReferences()
    {
        var disagreeing = _undone.Where(u => !_undoing.TryGetValue(u.Value, out long of) || of != u.Key).Select(u => _places[u.Key]).ToList();
        if (disagreeing.Count > 0) _problems.Add("The audit log does not agree with itself about what was undone.");
        if (_erased.Count > 0) _problems.Add("Texts were erased, and no entry says so.");
        if (disagreeing.Count + _erased.Count > 0) _altered = _erased.Concat(disagreeing).Min();
        else if (_undoing.FirstOrDefault(u => _undone.GetValueOrDefault(u.Value) != u.Key) is { Key: > 0 } lost) _problems.Add($"The audit log does not agree with itself about what was undone: entry {Number(lost.Value)} was undone by entry {Number(lost.Key)} and is not marked so.");
    }

    private long? CutAfter(long sequence, string hash, AuditHeadEntity? head, long newest)
    {
        if (_anchors.Count > 0 && _anchors.Keys.Max() > sequence) return newest;
        if (!_expectedSeen)
        {
            _problems.Add("The expected hash is in no entry.");
            return sequence;
        }
        return head is null || head.Sequence != sequence || head.Hash != hash ? sequence : null;
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
