using Npgsql;
using Wayward.Core.Contacts;
using Wayward.Storage.Contacts;

namespace Wayward.Storage.PostgreSql;

/// <summary>Writes the contributions of one transaction as <see cref="InstanceMerge"/> decides: a handful of statements, however many instances and cells there are.</summary>
internal sealed class PgBatchWriter(PgSession session, long historyWindow)
{
    private const int RowsAtOnce = 20_000;

    private sealed record InstanceRow(int Id, string Key, InstanceMerge Merge)
    {
        public InstanceContribution Share => Merge.Share;
    }

    private List<InstanceRow> _instances = [];
    private Dictionary<Endpoint, int> _endpoints = [];
    private readonly Dictionary<int, EndpointChange> _changes = [];

    /// <returns>What is to be executed once the commit has its number.</returns>
    public List<(string, NpgsqlParameter[])> Write(List<(long ObjectId, ContactBatch Batch)> accepted, CancellationToken cancellation)
    {
        var all = ContactBatch.Union([.. accepted.Select(a => a.Batch)]);
        LoadInstancesAndEndpoints(all);
        cancellation.ThrowIfCancellationRequested();
        WriteCoverage();
        WriteFacts();
        WriteCells(cancellation);
        WriteEvidence();
        WriteInstances();
        WriteEndpoints();

        var ids = _instances.ToDictionary(i => i.Key, i => i.Id, StringComparer.Ordinal);
        var rest = new List<(string, NpgsqlParameter[])>();
        rest.AddRange(accepted.Select(a => (PgContactSql.SetObjectInstances, new[] { Pg.Value(IdSet.Write(a.Batch.Instances.Keys.Select(k => ids[PgText.Storable(k.Id)]))), Pg.Value(a.ObjectId) })));
        var touched = _instances.Where(i => i.Merge.IsTouched).ToList();
        rest.Add((PgContactSql.TouchInstances, [Pg.Array(touched.Select(i => i.Id)), Pg.Array(touched.Select(i => i.Share.FromHour))]));
        rest.Add((PgContactSql.TouchEndpoints, [Pg.Array(_changes.Keys)]));
        rest.Add((PgContactSql.DeleteChecksums, [Pg.Array(ContactBatch.DaysOf(all))]));
        return rest;
    }

    /// <summary>New rows of both dictionaries first, then the instances' locks: always in this order, so that no two commits wait for each other in a ring.</summary>
    private void LoadInstancesAndEndpoints(LedgerMap<InstanceKey, InstanceContribution> all)
    {
        var shares = all.ToDictionary(i => PgText.Storable(i.Key.Id), i => i.Value, StringComparer.Ordinal);
        var keys = Pg.Array(shares.Keys.Order(StringComparer.Ordinal).Select(k => (string?)k));
        var fresh = session.Query(PgContactSql.InsertInstances, r => r.GetInt32(0), keys.Clone()).ToHashSet();

        Endpoint[] endpoints = [.. shares.Values.SelectMany(s => s.Cells.Keys.Select(k => k.Endpoint).Concat(s.Evidence.Keys)).Distinct()];
        NpgsqlParameter[] columns = [Pg.Array(endpoints.Select(e => (byte[]?)e.Address.ToBytes())), Pg.Array(endpoints.Select(e => (short)e.StoredProtocol)), Pg.Array(endpoints.Select(e => (int)e.Port))];
        if (endpoints.Length > 0)
        {
            session.Execute(PgContactSql.InsertEndpoints, [.. columns.Select(c => c.Clone())]);
            _endpoints = session.Query(PgContactSql.SelectEndpoints, r => (Id: r.GetInt32(0), N: (int)r.GetInt64(1)), columns).ToDictionary(e => endpoints[e.N - 1], e => e.Id);
            foreach (int id in _endpoints.Values) _changes.Add(id, new());
        }

        _instances = session.Query(PgContactSql.LockInstances, r =>
        {
            var (id, key) = (r.GetInt32(0), r.GetString(1));
            InstanceState? stored = fresh.Contains(id) ? null : new(r.GetInt64(2), r.GetInt64(3), r.GetInt64(4), r.GetInt64(5), r.GetInt32(6));
            return new InstanceRow(id, key, new InstanceMerge(shares[key], stored, historyWindow));
        }, keys);
    }

    private void WriteCoverage()
    {
        var days = _instances.SelectMany(i => i.Share.Coverage.Values.Select(d => (i.Id, Day: d))).ToList();
        foreach (var part in days.Chunk(RowsAtOnce))
        {
            session.Execute(PgContactSql.UpsertCoverage, Pg.Array(part.Select(p => p.Id)), Pg.Array(part.Select(p => p.Day.Day)), Pg.Array(part.Select(p => p.Day.FirstStart)),
                Pg.Array(part.Select(p => p.Day.LastEnd)), Pg.Array(part.Select(p => (int)p.Day.Hours)), Pg.Array(part.Select(p => (int)p.Day.SkipHours)), Pg.Array(part.Select(p => p.Day.Records)));
        }
        foreach (var i in _instances) i.Merge.MergeCoverage();
        var moved = _instances.Where(i => i.Merge.NeedsEpoch).ToDictionary(i => i.Id, i => i.Merge);
        if (moved.Count == 0) return;
        foreach (var spans in session.Query(PgContactSql.SelectCoverageSpans, r => (Id: r.GetInt32(0), First: r.GetInt64(1), End: r.GetInt64(2)), Pg.Array(moved.Keys)).GroupBy(s => s.Id))
        {
            var epoch = new ObservationEpoch(historyWindow);
            foreach (var (_, first, end) in spans) epoch.Add(first, end);
            moved[spans.Key].SetObservedSince(epoch.Start);
        }
    }

    private void WriteFacts()
    {
        var concerned = _instances.Where(i => i.Share.Facts.Count > 0).ToList();
        if (concerned.Count == 0) return;
        var known = session.Query(PgContactSql.SelectFacts, r => (Id: r.GetInt32(0), Fact: new InstanceFact((InstanceAttribute)r.GetInt16(1), r.GetString(2), r.GetInt64(3), r.GetInt64(4))), Pg.Array(concerned.Select(i => i.Id)))
            .ToLookup(f => f.Id, f => f.Fact);
        var changes = concerned.Select(i => (Row: i, Changes: i.Merge.MergeFacts([.. known[i.Id]], Storable(i.Share.Facts.Values)))).ToList();
        foreach (var part in changes.SelectMany(c => c.Changes.Upserts.Select(fact => (c.Row.Id, Fact: fact))).OrderBy(c => c.Id).Chunk(RowsAtOnce))
        {
            session.Execute(PgContactSql.UpsertFacts, Pg.Array(part.Select(p => p.Id)), Pg.Array(part.Select(p => (short)p.Fact.Attribute)), Pg.Array(part.Select(p => (string?)p.Fact.Value)),
                Pg.Array(part.Select(p => p.Fact.First)), Pg.Array(part.Select(p => p.Fact.Last)));
        }
        var renewed = changes.Where(c => c.Changes.Latest is not null).Select(c => (c.Row, Latest: c.Changes.Latest!)).ToList();
        if (renewed.Count == 0) return;
        session.Execute(PgContactSql.UpdateInstanceFacts, Pg.Array(renewed.Select(i => i.Row.Id)), Latest(InstanceAttribute.Name), Latest(InstanceAttribute.Account), Latest(InstanceAttribute.Vpc),
            Latest(InstanceAttribute.Subnet), Latest(InstanceAttribute.Asg), Latest(InstanceAttribute.Region), Pg.Array(renewed.Select(i => (string?)i.Latest.SearchText(new(i.Row.Key)))));

        NpgsqlParameter Latest(InstanceAttribute attribute) => Pg.Array(renewed.Select(i => i.Latest[attribute]));
    }

    /// <summary>As the database can hold them: values that differ only in what it cannot hold are one.</summary>
    private static List<InstanceFact> Storable(IReadOnlyCollection<InstanceFact> facts) =>
    [
        .. facts.GroupBy(f => (f.Attribute, Value: PgText.Storable(f.Value))).OrderBy(g => g.Key.Attribute).ThenBy(g => g.Key.Value, StringComparer.Ordinal)
            .Select(g => new InstanceFact(g.Key.Attribute, g.Key.Value, g.Min(f => f.First), g.Max(f => f.Last))),
    ];

    private void WriteCells(CancellationToken cancellation)
    {
        var cells = new List<(int Instance, int Endpoint, ContactHour Cell)>();
        foreach (var i in _instances)
            foreach (var (at, cell) in i.Share.Cells) cells.Add((i.Id, _endpoints[at.Endpoint], cell));
        if (cells.Count == 0) return;
        // Rows go in key order, so that a page of the tree is dirtied once.
        cells.Sort(static (a, b) => (a.Instance, a.Endpoint, a.Cell.Hour, a.Cell.Log).CompareTo((b.Instance, b.Endpoint, b.Cell.Hour, b.Cell.Log)));
        foreach (var part in cells.Chunk(RowsAtOnce))
        {
            cancellation.ThrowIfCancellationRequested();
            session.Execute(PgCells.Upsert, PgCells.Arrays(part));
        }
        WritePairs([.. cells.GroupBy(c => (c.Instance, c.Endpoint)).Select(g => (g.Key.Instance, g.Key.Endpoint, new PairSpan(g.Min(c => c.Cell.FirstContact), g.Max(c => c.Cell.LastContact))))]);
    }

    private void WritePairs(List<(int Instance, int Endpoint, PairSpan Span)> pairs)
    {
        var merges = _instances.ToDictionary(i => i.Id, i => i.Merge);
        var known = new Dictionary<(int, int), PairSpan>();
        foreach (var part in pairs.Where(p => !merges[p.Instance].IsNew).Chunk(RowsAtOnce))
        {
            foreach (var (instance, endpoint, first, last) in session.Query(PgContactSql.SelectPairs, r => (r.GetInt32(0), r.GetInt32(1), r.GetInt64(2), r.GetInt64(3)),
                Pg.Array(part.Select(p => p.Instance)), Pg.Array(part.Select(p => p.Endpoint)))) known.Add((instance, endpoint), new(first, last));
        }
        var changed = new List<(int Instance, int Endpoint, PairSpan Span)>();
        foreach (var pair in pairs)
        {
            var change = merges[pair.Instance].MergePair(known.TryGetValue((pair.Instance, pair.Endpoint), out var span) ? span : null, pair.Span);
            if (change.Write != PairWrite.None) changed.Add(pair);
            _changes[pair.Endpoint].Add(pair.Span, change);
        }
        foreach (var part in changed.Chunk(RowsAtOnce))
            session.Execute(PgContactSql.UpsertPairs, Pg.Array(part.Select(p => p.Instance)), Pg.Array(part.Select(p => p.Endpoint)), Pg.Array(part.Select(p => p.Span.First)), Pg.Array(part.Select(p => p.Span.Last)));
        var recount = _instances.Where(i => i.Merge.NeedsDestinations).Select(i => i.Id).ToList();
        if (recount.Count == 0) return;
        foreach (var (id, count) in session.Query(PgContactSql.CountDestinations, r => (r.GetInt32(0), r.GetInt32(1)), Pg.Array(recount))) merges[id].SetDestinations(count);
    }

    private void WriteEvidence()
    {
        var offered = _instances.SelectMany(i => i.Share.Evidence.Select(e => (Pair: (i.Id, Endpoint: _endpoints[e.Key]), Lines: e.Value))).ToList();
        if (offered.Count == 0) return;
        var stored = session.Query(PgContactSql.SelectEvidence, r => (Pair: (r.GetInt32(0), r.GetInt32(1)), Line: new EvidenceLine(r.GetInt64(2), r.GetInt64(3), r.GetInt64(4), "")),
            Pg.Array(offered.Select(o => o.Pair.Id)), Pg.Array(offered.Select(o => o.Pair.Endpoint))).ToLookup(e => e.Pair, e => e.Line);
        var removed = new List<((int, int) Pair, EvidenceLine Line)>();
        var added = new List<((int, int) Pair, EvidenceLine Line)>();
        foreach (var (pair, lines) in offered.OrderBy(o => o.Pair))
        {
            var changes = InstanceMerge.MergeEvidence([.. stored[pair]], lines);
            removed.AddRange(changes.Removed.Select(l => (pair, l)));
            added.AddRange(changes.Added.Select(l => (pair, l)));
        }
        if (removed.Count > 0) session.Execute(PgContactSql.DeleteEvidence, Places(removed));
        foreach (var part in added.Chunk(RowsAtOnce)) session.Execute(PgContactSql.InsertEvidence, [.. Places(part), Pg.Array(part.Select(p => (string?)p.Line.Text))]);

        static NpgsqlParameter[] Places(IReadOnlyCollection<((int Instance, int Endpoint) Pair, EvidenceLine Line)> lines) =>
            [Pg.Array(lines.Select(l => l.Pair.Instance)), Pg.Array(lines.Select(l => l.Pair.Endpoint)), Pg.Array(lines.Select(l => l.Line.Start)), Pg.Array(lines.Select(l => l.Line.ObjectId)), Pg.Array(lines.Select(l => l.Line.Line))];
    }

    private void WriteInstances()
    {
        if (_instances.Count == 0) return;
        session.Execute(PgContactSql.UpdateInstances, Pg.Array(_instances.Select(i => i.Id)), Pg.Array(_instances.Select(i => i.Merge.State.LastSeen)), Pg.Array(_instances.Select(i => i.Merge.State.LastContact)));
        var moved = _instances.Where(i => i.Merge.ListOrderChanged).Select(i => (i.Id, i.Merge.State)).ToList();
        if (moved.Count == 0) return;
        session.Execute(PgContactSql.UpdateInstanceOrder, Pg.Array(moved.Select(i => i.Id)), Pg.Array(moved.Select(i => i.State.FirstSeen)), Pg.Array(moved.Select(i => i.State.ObservedSince)), Pg.Array(moved.Select(i => i.State.Destinations)));
    }

    private void WriteEndpoints()
    {
        if (_changes.Count == 0) return;
        var changes = _changes.OrderBy(c => c.Key).ToList();
        session.Query(PgContactSql.LockEndpoints, _ => true, Pg.Array(changes.Select(c => c.Key)));
        session.Execute(PgContactSql.UpdateEndpoints, Pg.Array(changes.Select(c => c.Key)), Pg.Array(changes.Select(c => c.Value.First)), Pg.Array(changes.Select(c => c.Value.Last)), Pg.Array(changes.Select(c => c.Value.NewInstances)));
    }
}
