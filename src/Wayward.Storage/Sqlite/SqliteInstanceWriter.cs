using Wayward.Core.Contacts;
using Wayward.Storage.Contacts;

namespace Wayward.Storage.Sqlite;

/// <summary>Writes one instance's share of a transaction, as <see cref="InstanceMerge"/> decides, and tells whether its findings must be evaluated again.</summary>
internal sealed class SqliteInstanceWriter
{
    private readonly SqliteContactWriter _writer;
    private readonly SqliteContactWriter.EndpointIds _endpoints;
    private readonly InstanceKey _key;
    private readonly InstanceMerge _merge;

    private SqliteInstanceWriter(SqliteContactWriter writer, SqliteContactWriter.EndpointIds endpoints, InstanceKey key, int id, InstanceMerge merge) =>
        (_writer, _endpoints, _key, Id, _merge) = (writer, endpoints, key, id, merge);

    public int Id { get; }

    /// <summary>Earliest hour of which anything is contributed.</summary>
    public int FromHour => _merge.Share.FromHour;

    /// <summary>Reads the instance's row, or makes it.</summary>
    public static SqliteInstanceWriter Open(SqliteContactWriter writer, SqliteContactWriter.EndpointIds endpoints, InstanceKey key, InstanceContribution share)
    {
        InstanceState? stored = null;
        var row = writer.SelectInstance.Bind(key.Id);
        if (row.Read()) stored = new(row.Int64(1), row.Int64(2), row.Int64(3), row.Int64(4), row.Int32(5));
        else
        {
            row = writer.Prepare(SqliteContactSql.InsertInstance).Bind(key.Id).Bind(InstanceState.None.FirstSeen).Bind(InstanceState.None.ObservedSince);
            row.Read();
        }
        int id = row.Int32(0);
        row.Reset();
        return new(writer, endpoints, key, id, new InstanceMerge(share, stored, writer.HistoryWindow));
    }

    /// <returns>True when the evaluation of this instance may change.</returns>
    public bool Write()
    {
        WriteCoverage();
        WriteFacts();
        WriteCells();
        foreach (var (endpoint, lines) in _merge.Share.Evidence) WriteEvidence(_endpoints.Of(endpoint), lines);
        var state = _merge.State;
        _writer.AdvanceInstance.Bind(state.LastSeen).Bind(state.LastContact).Bind(Id).Run();
        if (_merge.ListOrderChanged) _writer.Prepare(SqliteContactSql.UpdateInstance).Bind(state.FirstSeen).Bind(state.ObservedSince).Bind(state.Destinations).Bind(Id).Run();
        return _merge.IsTouched;
    }

    private void WriteCoverage()
    {
        foreach (var day in _merge.Share.Coverage.Values)
            _writer.UpsertCoverage.Bind(Id).Bind(day.Day).Bind(day.FirstStart).Bind(day.LastEnd).Bind(day.Hours).Bind(day.SkipHours).Bind(day.Records).Run();
        _merge.MergeCoverage();
        if (_merge.NeedsEpoch) _merge.SetObservedSince(ContactReplacement.EpochStart(_writer, Id));
    }

    private void WriteFacts()
    {
        if (_merge.Share.Facts.Count == 0) return;
        var changes = _merge.MergeFacts(_merge.IsNew ? [] : StoredFacts(), _merge.Share.Facts.Values);
        foreach (var fact in changes.Upserts) _writer.UpsertFact.Bind(Id).Bind((long)fact.Attribute).Bind(fact.Value).Bind(fact.First).Bind(fact.Last).Run();
        if (changes.Latest is not { } latest) return;
        _writer.Prepare(SqliteContactSql.UpdateInstanceFacts)
            .Bind(latest[InstanceAttribute.Name]).Bind(latest[InstanceAttribute.Account]).Bind(latest[InstanceAttribute.Vpc]).Bind(latest[InstanceAttribute.Subnet])
            .Bind(latest[InstanceAttribute.Asg]).Bind(latest[InstanceAttribute.Region]).Bind(latest.SearchText(_key)).Bind(Id).Run();
    }

    /// <summary>A few rows, of which mostly all are asked for, are read at once.</summary>
    private List<InstanceFact> StoredFacts()
    {
        List<InstanceFact> stored = [];
        var facts = _writer.SelectFacts.Bind(Id);
        while (facts.Read()) stored.Add(new((InstanceAttribute)facts.Int32(0), facts.Text(1)!, facts.Int64(2), facts.Int64(3)));
        return stored;
    }

    private void WriteCells()
    {
        if (_merge.Share.Cells.Count == 0) return;
        var cells = new List<(int Endpoint, Endpoint Key, ContactHour Cell)>(_merge.Share.Cells.Count);
        foreach (var (at, cell) in _merge.Share.Cells) cells.Add((_endpoints.Of(at.Endpoint), at.Endpoint, cell));
        cells.Sort(static (a, b) => a.Endpoint.CompareTo(b.Endpoint) is var e && e != 0 ? e : a.Cell.Hour != b.Cell.Hour ? a.Cell.Hour.CompareTo(b.Cell.Hour) : a.Cell.Log.CompareTo(b.Cell.Log));
        var pairs = StoredPairs();
        for (int i = 0; i < cells.Count;)
        {
            var (id, endpoint, _) = cells[i];
            long first = long.MaxValue, last = 0;
            for (; i < cells.Count && cells[i].Endpoint == id; i++)
            {
                var cell = cells[i].Cell;
                SqliteCells.Bind(_writer.UpsertCell, Id, id, cell).Run();
                first = Math.Min(first, cell.FirstContact);
                last = Math.Max(last, cell.LastContact);
            }
            WritePair(id, endpoint, pairs.TryGetValue(id, out var known) ? known : null, new(first, last));
        }
        if (!_merge.NeedsDestinations) return;
        var count = _writer.Prepare(ContactReplacementSql.CountDestinations).Bind(Id);
        count.Read();
        _merge.SetDestinations(count.Int32(0));
        count.Reset();
    }

    private Dictionary<int, PairSpan> StoredPairs()
    {
        var pairs = new Dictionary<int, PairSpan>();
        if (_merge.IsNew) return pairs;
        var select = _writer.SelectPairs.Bind(Id);
        while (select.Read()) pairs.Add(select.Int32(0), new(select.Int64(1), select.Int64(2)));
        return pairs;
    }

    private void WritePair(int endpointId, Endpoint endpoint, PairSpan? known, PairSpan span)
    {
        var change = _merge.MergePair(known, span);
        if (change.Write == PairWrite.Advance) _writer.AdvancePair.Bind(span.Last).Bind(Id).Bind(endpointId).Run();
        else if (change.Write == PairWrite.Upsert) _writer.UpsertPair.Bind(Id).Bind(endpointId).Bind(span.First).Bind(span.Last).Run();
        _endpoints.ChangeOf(endpoint).Add(span, change);
    }

    private void WriteEvidence(int endpointId, List<EvidenceLine> lines)
    {
        var stored = new List<EvidenceLine>(EvidenceLine.PerPair);
        var select = _writer.SelectEvidence.Bind(Id).Bind(endpointId);
        while (select.Read()) stored.Add(new(select.Int64(0), select.Int64(1), select.Int64(2), ""));
        var changes = InstanceMerge.MergeEvidence(stored, lines);
        foreach (var line in changes.Removed)
            _writer.Prepare(SqliteContactSql.DeleteEvidence).Bind(Id).Bind(endpointId).Bind(line.Start).Bind(line.ObjectId).Bind(line.Line).Run();
        foreach (var line in changes.Added)
            _writer.Prepare(SqliteContactSql.InsertEvidence).Bind(Id).Bind(endpointId).Bind(line.Start).Bind(line.ObjectId).Bind(line.Line).Bind(line.Text).Run();
    }
}
