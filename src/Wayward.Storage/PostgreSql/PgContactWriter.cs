using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Wayward.Core.Contacts;
using Wayward.Storage.Contacts;
using Wayward.Storage.Ingest;

namespace Wayward.Storage.PostgreSql;

/// <summary>
/// Commits contributions through one connection of its own, beside other processes that do the same. Any exception leaves the transaction rolled back; the owner then
/// disposes the writer and makes another. The same commit again is harmless: the ledger says what is done.
/// </summary>
internal sealed class PgContactWriter : IContactBatchWriter, ILedgerTransaction
{
    /// <summary>A commit of more objects than this runs alone instead of taking a lock for each: the server's lock table is finite.</summary>
    private const int ManyObjects = 200;

    private readonly NpgsqlConnection _connection;
    private readonly PgSession _session;
    private readonly PgPartitions _partitions;
    private readonly ContactWriterSettings _settings;
    private readonly Dictionary<string, PgStatement> _statements = [];

    public PgContactWriter(string connectionString, ContactWriterSettings settings)
    {
        _settings = settings;
        _connection = new NpgsqlConnection(connectionString);
        try
        {
            _connection.Open();
            _session = new(_connection);
            // A source may be told to forget an object once its commit returns, so the commit must survive a power cut, whatever the server's default is. And a process that is
            // stopped in the middle of a commit must not hold up the others for longer than a lease.
            _session.Execute($"SET synchronous_commit = on; SET idle_in_transaction_session_timeout = '{settings.StalledAfter.TotalMilliseconds:F0}ms'");
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
        _partitions = new(_session);
    }

    public long HistoryWindow => _settings.HistoryWindow;

    public CommitResult Commit(IReadOnlyList<ObjectContribution> objects, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        _partitions.Ensure(objects, _settings.Time, InTransaction);
        bool alone = objects.Count > ManyObjects || objects.DistinctBy(o => (o.Object.Container, o.Object.Key)).Count() < objects.DistinctBy(o => o.Object.ObjectId).Count();
        CommitResult? result = null;
        if (!alone) result = InTransaction(() => Commit(objects, alone: false, cancellation));
        return result ?? InTransaction(() => Commit(objects, alone: true, cancellation))!;
    }

    private T InTransaction<T>(Func<T> work)
    {
        using var transaction = _connection.BeginTransaction();
        var result = work();
        transaction.Commit();
        return result;
    }

    /// <returns>Null when it must be tried again alone; nothing has been written then.</returns>
    private CommitResult? Commit(IReadOnlyList<ObjectContribution> objects, bool alone, CancellationToken cancellation)
    {
        _session.Execute(alone ? PgLocks.CommitAlone : PgLocks.CommitShared);
        long[] ids = [.. objects.Select(o => o.Object.ObjectId)];
        if (!alone)
        {
            _session.Execute(PgLocks.Names, Pg.Array(objects.SelectMany(NamesOf).Distinct()));
            bool needs = _session.Query(PgContactSql.NeedsAlone, r => r.GetBoolean(0),
                Pg.Array(objects.Select(o => (string?)o.Object.Container)), Pg.Array(objects.Select(o => (string?)o.Object.Key)), Pg.Array(ids))[0];
            if (needs) return null;
        }
        var refused = Fenced(objects, ids);
        var mine = refused.Count == 0 ? objects : [.. objects.Where(o => !refused.Contains(o.Object.ObjectId))];

        var replacement = new ContactReplacement(this);
        var stale = new HashSet<long>();
        if (alone)
        {
            long commitNumber = _session.Query(PgContactSql.LockCommitNumber, r => r.GetInt64(0))[0] + 1;
            // First what older versions of these objects contributed goes, then anything is added.
            var newest = replacement.Newest(mine);
            stale = [.. mine.Where(o => !replacement.RemoveFormer(o.Object, newest, commitNumber)).Select(o => o.Object.ObjectId)];
        }
        var rows = new List<(SourceObjectDone Item, SourceObjectState State, string? Reason)>();
        var accepted = Accept([.. mine.Where(o => !stale.Contains(o.Object.ObjectId))], rows, alone ? replacement.PartToAdd : static o => o.Batch);

        var statements = new List<(string, NpgsqlParameter[])>();
        if (accepted.Count > 0 || replacement.Removed)
        {
            var written = new PgBatchWriter(_session, HistoryWindow).Write(accepted, cancellation);
            statements.Add((PgContactSql.NextCommitNumber, [Pg.Value(accepted.Select(a => a.Batch.MaxStart).DefaultIfEmpty().Max())]));
            foreach (var (item, state, reason) in rows) statements.Add(ObjectRow(item, state, reason));
            statements.AddRange(written);
        }
        else foreach (var (item, state, reason) in rows) statements.Add(ObjectRow(item, state, reason));
        cancellation.ThrowIfCancellationRequested();
        // From taking the number to the end others wait, so all that is left goes in one round trip.
        _session.Execute(statements);
        return new(accepted.Count, mine.Count - accepted.Count) { Refused = [.. refused] };
    }

    /// <summary>Objects whose lease someone else has by now: their late result is not taken.</summary>
    private HashSet<long> Fenced(IReadOnlyList<ObjectContribution> objects, long[] ids)
    {
        var rows = _session.Query(PgContactSql.LockObjects, r => (Id: r.GetInt64(0), State: (SourceObjectState)r.GetInt16(1), Epoch: r.GetInt32(2)), Pg.Array(ids)).ToDictionary(r => r.Id);
        return [.. objects.Where(o => o.Object.LeaseEpoch is { } epoch
            && !(rows.TryGetValue(o.Object.ObjectId, out var row) && row.State == SourceObjectState.Leased && row.Epoch == epoch)).Select(o => o.Object.ObjectId)];
    }

    /// <summary>Decides which contributions count, and what the ledger rows say.</summary>
    private List<(long ObjectId, ContactBatch Batch)> Accept(
        List<ObjectContribution> objects, List<(SourceObjectDone, SourceObjectState, string?)> rows, Func<ObjectContribution, ContactBatch> part)
    {
        var states = _session.Query(PgContactSql.SelectStates, r => (Id: r.GetInt64(0), State: (SourceObjectState)r.GetInt16(1)), Pg.Array(objects.Select(o => o.Object.ObjectId)))
            .ToDictionary(r => r.Id, r => r.State);
        var content = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (sha, key) in _session.Query(PgContactSql.SelectSameContent, r => (r.GetString(1), r.GetString(2)), Pg.Array(objects.Select(o => (string?)o.Object.Sha256).Distinct())))
            content.TryAdd(sha, key);
        var accepted = new List<(long, ContactBatch)>(objects.Count);
        foreach (var contribution in objects)
        {
            var item = contribution.Object;
            if (ObjectAcceptance.IsSettled(states.GetValueOrDefault(item.ObjectId))) continue;
            var (state, reason) = ObjectAcceptance.Decide(content.GetValueOrDefault(item.Sha256));
            rows.Add((item, state, reason));
            states[item.ObjectId] = state;
            if (state != SourceObjectState.Done) continue;
            content.Add(item.Sha256, item.Key);
            accepted.Add((item.ObjectId, part(contribution)));
        }
        return accepted;
    }

    private (string, NpgsqlParameter[]) ObjectRow(SourceObjectDone item, SourceObjectState state, string? reason) => (PgContactSql.UpsertObject,
    [
        Pg.Value(item.ObjectId), Pg.Value(item.Source), Pg.Value(item.Container), Pg.Value(item.Key), Pg.Value(item.ETag), Pg.Value(SourceObjectStore.SearchText(item.Container, item.Key)),
        Pg.Value((int)state), Pg.Value(item.ObjectBytes), Pg.Value(_settings.Time.GetUtcNow().ToUnixTimeSeconds()), Pg.Value(reason),
        Pg.Value(item.ExpandedBytes), Pg.Value(item.Records), Pg.Value(item.ContactRecords), Pg.Value(item.Quarantined), Pg.Value(item.QuarantineJson), Pg.Value(item.SkippedJson),
        Pg.Value(item.Format), Pg.Value(item.Columns), Pg.Value(item.FirstStart), Pg.Value(item.LastEnd), Pg.Value(item.Sha256), Pg.Value(item.ReadMilliseconds),
    ]);

    public void Record(SourceObjectDone item, SourceObjectState state, string? reason, long commitNumber) =>
        _session.Execute([ObjectRow(item, state, reason), (PgContactSql.SetObjectCommit, [Pg.Value(commitNumber), Pg.Value(item.ObjectId)])]);

    /// <summary>What must not be committed by two at once: the object, its key whatever the version, and its content.</summary>
    private static IEnumerable<long> NamesOf(ObjectContribution item) =>
        [Name("object", item.Object.ObjectId.ToString(System.Globalization.CultureInfo.InvariantCulture)), Name("key", item.Object.Container + "\0" + item.Object.Key), Name("content", item.Object.Sha256)];

    private static long Name(string kind, string text) => BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(kind + ":" + text)));

    public ILedgerStatement Prepare(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement)) _statements.Add(sql, statement = new PgStatement(_connection, sql));
        return statement;
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values) statement.Dispose();
        _connection.Dispose();
    }
}
