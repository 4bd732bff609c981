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
        SqliteStatement.Check(_db, raw.sqlite3_create_function(_db, ContactCellSql.MergeInnerSources, 2, raw.SQLITE_UTF8 | raw.SQLITE_DETERMINISTIC, null,
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
                if (!stale.Contains(contribution.Object.ObjectId) && Accept(contribution.Object, commitNumber)) accepted.Add((contribution.Object.ObjectId, replacement.PartToAdd(contribution)));
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
    private bool Accept(SourceObjectDone item, long commitNumber)
    {
        var known = Prepare(SqliteContactSql.SelectObjectState).Bind(item.ObjectId);
        if (known.Read())
        {
            var before = (SourceObjectState)known.Int32(0);
            known.Reset();
            if (ObjectAcceptance.IsSettled(before)) return false;
        }
        string? twin = null;
        var same = Prepare(SqliteContactSql.SelectSameContent).Bind(item.Sha256).Bind((long)SourceObjectState.Done).Bind(item.ObjectId);
        if (same.Read())
        {
            twin = same.Text(0);
            same.Reset();
        }
        var (state, reason) = ObjectAcceptance.Decide(twin);
        Record(item, state, reason, commitNumber);
        return state == SourceObjectState.Done;
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
        var shares = ContactBatch.Union([.. batches.Select(b => b.Batch)]);
        var endpoints = new EndpointIds(this);
        var instances = new List<SqliteInstanceWriter>(shares.Count);
        var ids = new Dictionary<InstanceKey, int>(shares.Count);
        foreach (var (key, share) in shares)
        {
            var instance = SqliteInstanceWriter.Open(this, endpoints, key, share);
            instances.Add(instance);
            ids.Add(key, instance.Id);
        }
        foreach (var (objectId, batch) in batches)
            Prepare(SqliteContactSql.SetObjectInstances).Bind(IdSet.Write(batch.Instances.Keys.Select(k => ids[k]))).Bind(objectId).Run();
        // Rows go in key order, so that a page of the tree is dirtied once.
        instances.Sort(static (a, b) => a.Id.CompareTo(b.Id));
        foreach (var instance in instances)
        {
            cancellation.ThrowIfCancellationRequested();
            if (instance.Write()) TouchInstance.Bind(instance.Id).Bind(commitNumber).Bind(instance.FromHour).Run();
        }
        endpoints.Flush(commitNumber);
        foreach (int day in ContactBatch.DaysOf(shares)) Prepare(SqliteContactSql.DeleteChecksum).Bind(day).Run();
    }

    // The statements of the hot loop, without the look-up by their long text.
    public SqliteStatement UpsertCell => field ??= Prepare(SqliteCells.Upsert);
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
        private readonly Dictionary<Endpoint, (int Id, EndpointChange Change)> _endpoints = [];

        public int Of(Endpoint endpoint)
        {
            if (_endpoints.TryGetValue(endpoint, out var known)) return known.Id;
            byte[] address = endpoint.Address.ToBytes();
            var select = writer.Prepare(SqliteContactSql.SelectEndpoint).Bind(address).Bind(endpoint.StoredProtocol).Bind(endpoint.Port);
            if (!select.Read())
            {
                select = writer.Prepare(SqliteContactSql.InsertEndpoint).Bind(address).Bind(endpoint.StoredProtocol).Bind(endpoint.Port);
                select.Read();
            }
            int id = select.Int32(0);
            select.Reset();
            _endpoints.Add(endpoint, (id, new EndpointChange()));
            return id;
        }

        public EndpointChange ChangeOf(Endpoint endpoint) => _endpoints[endpoint].Change;

        public void Flush(long commitNumber)
        {
            foreach (var (id, change) in _endpoints.Values.OrderBy(e => e.Id))
            {
                writer.Prepare(SqliteContactSql.UpdateEndpoint).Bind(change.First).Bind(change.Last).Bind(change.NewInstances).Bind(id).Run();
                writer.Prepare(ContactReplacementSql.TouchEndpoint).Bind(id).Bind(commitNumber).Run();
            }
        }
    }
}
