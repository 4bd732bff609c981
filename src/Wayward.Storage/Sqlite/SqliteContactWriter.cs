using System.Runtime.InteropServices;
using SQLitePCL;
using Wayward.Core.Contacts;
using Wayward.Storage.Contacts;
using Wayward.Storage.Ingest;

namespace Wayward.Storage.Sqlite;

/// <summary>
/// Commits contributions through one native connection of its own. Any exception leaves the transaction rolled back; the owner then disposes the writer and makes another.
/// </summary>
internal sealed class SqliteContactWriter : IContactBatchWriter, ILedgerTransaction
{
    private const int BusyMilliseconds = 30_000;

    private readonly sqlite3 _db;
    private readonly ContactWriterSettings _settings;
    private readonly Dictionary<string, SqliteStatement> _statements = [];

    public SqliteContactWriter(string path, ContactWriterSettings settings)
    {
        _settings = settings;
        Batteries_V2.Init();
        // The owner lets one thread in at a time, so the library need not lock at every bound value.
        int code = raw.sqlite3_open_v2(path, out _db, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_NOMUTEX, null);
        if (code != raw.SQLITE_OK) throw new SqliteNativeException(code, $"cannot open {path}");
        SqliteStatement.Check(_db, raw.sqlite3_busy_timeout(_db, BusyMilliseconds));
        // A source may be told to forget an object once its commit returns, so the commit must survive a power cut: FULL, not WAL's usual NORMAL.
        Execute("PRAGMA synchronous=FULL");
        SqliteStatement.Check(_db, raw.sqlite3_create_function(_db, SqliteContactSql.InnerMerge, 2, raw.SQLITE_UTF8 | raw.SQLITE_DETERMINISTIC, null,
            static (context, _, arguments) => raw.sqlite3_result_blob(context, InnerSources.Merge(raw.sqlite3_value_blob(arguments[0]), raw.sqlite3_value_blob(arguments[1])))));
    }

    /// <summary>H in seconds.</summary>
    public long HistoryWindow => _settings.HistoryWindow;

    public CommitResult Commit(IReadOnlyList<ObjectContribution> objects, CancellationToken cancellation)
    {
        Execute("BEGIN IMMEDIATE");
        try
        {
            long commitNumber = Scalar(SqliteContactSql.SelectCommitNumber) + 1;
            var replacement = new ContactReplacement(this);
            // First what older versions of these objects contributed goes, then anything is added.
            var newest = replacement.Newest(objects);
            var stale = objects.Where(o => !replacement.RemoveFormer(o.Object, newest, commitNumber)).Select(o => o.Object.ObjectId).ToHashSet();
            var accepted = new List<(long ObjectId, ContactBatch Batch)>(objects.Count);
            int duplicates = 0;
            foreach (var contribution in objects)
            {
                if (!stale.Contains(contribution.Object.ObjectId) && Take(contribution.Object, commitNumber)) accepted.Add((contribution.Object.ObjectId, replacement.PartToAdd(contribution)));
                else duplicates++;
            }
            if (accepted.Count > 0 || replacement.Removed)
            {
                WriteBatches(accepted, commitNumber, cancellation);
                Prepare(SqliteContactSql.UpdateState).Bind(commitNumber).Bind(accepted.Select(a => a.Batch.MaxStart).DefaultIfEmpty().Max()).Run();
            }
            cancellation.ThrowIfCancellationRequested();
            Execute("COMMIT");
            return new(accepted.Count, duplicates);
        }
        catch
        {
            // Fails when the error rolled back by itself (a full disk does); closing the connection would do it too.
            _ = raw.sqlite3_exec(_db, "ROLLBACK");
            throw;
        }
    }

    /// <summary>Writes the ledger row; true when the object's contribution counts.</summary>
    private bool Take(SourceObjectDone item, long commitNumber)
    {
        var known = Prepare(SqliteContactSql.SelectObjectState).Bind(item.ObjectId);
        if (known.Read())
        {
            var state = (SourceObjectState)known.Int32(0);
            known.Reset();
            if (state is SourceObjectState.Done or SourceObjectState.Duplicate or SourceObjectState.Changed or SourceObjectState.Skipped) return false;
        }
        string? twin = null;
        var same = Prepare(SqliteContactSql.SelectSameContent).Bind(item.Sha256).Bind((long)SourceObjectState.Done).Bind(item.ObjectId);
        if (same.Read())
        {
            twin = same.Text(0);
            same.Reset();
        }
        Record(item, twin is null ? SourceObjectState.Done : SourceObjectState.Duplicate, twin is null ? null : $"same content as {twin}", commitNumber);
        return twin is null;
    }

    /// <summary>Writes what was read of an object into its ledger row.</summary>
    public void Record(SourceObjectDone item, SourceObjectState state, string? reason, long commitNumber)
    {
        long now = _settings.Time.GetUtcNow().ToUnixTimeSeconds();
        Prepare(SqliteContactSql.UpsertObject)
            .Bind(item.ObjectId).Bind(item.Source).Bind(item.Container).Bind(item.Key).Bind(item.ETag).Bind(SourceObjectStore.SearchText(item.Container, item.Key))
            .Bind((long)state).Bind(item.ObjectBytes).Bind(now).Bind(now)
            .Bind(reason)
            .Bind(item.ExpandedBytes).Bind(item.Records).Bind(item.ContactRecords).Bind(item.Quarantined).Bind(item.QuarantineJson).Bind(item.SkippedJson)
            .Bind(item.Format).Bind(item.Columns).Bind(item.FirstStart).Bind(item.LastEnd).Bind(item.Sha256).Bind(item.ReadMilliseconds).Bind(commitNumber)
            .Run();
    }

    private void WriteBatches(List<(long ObjectId, ContactBatch Batch)> batches, long commitNumber, CancellationToken cancellation)
    {
        var endpoints = new EndpointIds(this);
        var instances = new List<SqliteInstanceWriter>();
        var byKey = new Dictionary<InstanceKey, SqliteInstanceWriter>();
        foreach (var (_, batch) in batches)
        {
            foreach (var (key, contribution) in batch.Instances)
            {
                ref var writer = ref CollectionsMarshal.GetValueRefOrAddDefault(byKey, key, out bool exists);
                if (!exists) instances.Add(writer = new SqliteInstanceWriter(this, endpoints, key, _settings.HistoryWindow));
                writer!.Contributions.Add(contribution);
            }
        }
        foreach (var instance in instances) instance.Resolve();
        foreach (var (objectId, batch) in batches)
            Prepare(SqliteContactSql.SetObjectInstances).Bind(IdSet.Write(batch.Instances.Keys.Select(k => byKey[k].Id))).Bind(objectId).Run();
        // Rows go in key order, so that a page of the tree is dirtied once.
        instances.Sort(static (a, b) => a.Id.CompareTo(b.Id));
        foreach (var instance in instances)
        {
            cancellation.ThrowIfCancellationRequested();
            if (instance.Write()) TouchInstance.Bind(instance.Id).Bind(commitNumber).Bind(instance.FromHour).Run();
        }
        endpoints.Flush(commitNumber);
        foreach (int day in DaysOf(batches.Select(b => b.Batch))) Prepare(SqliteContactSql.StrikeSummary).Bind(day).Run();
    }

    private static HashSet<int> DaysOf(IEnumerable<ContactBatch> batches)
    {
        var days = new HashSet<int>();
        foreach (var batch in batches)
        {
            foreach (var contribution in batch.Instances.Values)
            {
                days.UnionWith(contribution.Coverage.Keys);
                foreach (var (_, hour) in contribution.Cells.Keys) days.Add(hour / 24);
            }
        }
        return days;
    }

    // The statements of the hot loop, without the look-up by their long text.
    public SqliteStatement UpsertCell => field ??= Prepare(SqliteContactSql.UpsertCell);
    public SqliteStatement UpsertPair => field ??= Prepare(SqliteContactSql.UpsertPair);
    public SqliteStatement AdvancePair => field ??= Prepare(SqliteContactSql.AdvancePair);
    public SqliteStatement SelectPairs => field ??= Prepare(SqliteContactSql.SelectPairs);
    public SqliteStatement SelectEvidence => field ??= Prepare(SqliteContactSql.SelectEvidence);
    public SqliteStatement SelectFacts => field ??= Prepare(SqliteContactSql.SelectFacts);
    public SqliteStatement UpsertFact => field ??= Prepare(SqliteContactSql.UpsertFact);
    public SqliteStatement UpsertCoverage => field ??= Prepare(SqliteContactSql.UpsertCoverage);
    public SqliteStatement SelectInstance => field ??= Prepare(SqliteContactSql.SelectInstance);
    public SqliteStatement AdvanceInstance => field ??= Prepare(SqliteContactSql.AdvanceInstance);
    public SqliteStatement TouchInstance => field ??= Prepare(SqliteContactSql.TouchInstance);

    /// <summary>A statement, prepared once.</summary>
    public SqliteStatement Prepare(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement)) _statements.Add(sql, statement = new SqliteStatement(_db, sql));
        return statement;
    }

    ILedgerStatement ILedgerTransaction.Prepare(string sql) => Prepare(sql);

    private long Scalar(string sql)
    {
        var statement = Prepare(sql);
        if (!statement.Read()) return 0;
        long value = statement.Int64(0);
        statement.Reset();
        return value;
    }

    private void Execute(string sql) => SqliteStatement.Check(_db, raw.sqlite3_exec(_db, sql));

    public void Dispose()
    {
        foreach (var statement in _statements.Values) statement.Dispose();
        _db.Dispose();
    }

    /// <summary>Endpoint ids of this transaction, and what it changes of their prevalence. Never kept longer: a rollback would leave wrong ids behind.</summary>
    internal sealed class EndpointIds(SqliteContactWriter writer)
    {
        private sealed class Change
        {
            public int Id;
            public long First = long.MaxValue;
            public long Last;
            public int Instances;
        }

        private readonly Dictionary<Endpoint, Change> _changes = [];

        public int Of(Endpoint endpoint)
        {
            if (_changes.TryGetValue(endpoint, out var change)) return change.Id;
            byte[] address = endpoint.Address.ToBytes();
            var select = writer.Prepare(SqliteContactSql.SelectEndpoint).Bind(address).Bind(endpoint.Protocol).Bind(endpoint.Port);
            if (!select.Read())
            {
                select = writer.Prepare(SqliteContactSql.InsertEndpoint).Bind(address).Bind(endpoint.Protocol).Bind(endpoint.Port);
                select.Read();
            }
            int id = select.Int32(0);
            select.Reset();
            _changes.Add(endpoint, new Change { Id = id });
            return id;
        }

        public void Seen(Endpoint endpoint, long first, long last, bool firstByInstance)
        {
            var change = _changes[endpoint];
            change.First = Math.Min(change.First, first);
            change.Last = Math.Max(change.Last, last);
            if (firstByInstance) change.Instances++;
        }

        public void Flush(long commitNumber)
        {
            foreach (var change in _changes.Values.OrderBy(c => c.Id))
            {
                writer.Prepare(SqliteContactSql.UpdateEndpoint).Bind(change.First).Bind(change.Last).Bind(change.Instances).Bind(change.Id).Run();
                writer.Prepare(ContactReplacementSql.TouchEndpoint).Bind(change.Id).Bind(commitNumber).Run();
            }
        }
    }
}
