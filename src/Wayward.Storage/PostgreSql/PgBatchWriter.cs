using Npgsql;
using Wayward.Core.Contacts;
using Wayward.Storage.Contacts;

namespace Wayward.Storage.PostgreSql;

/// <summary>Writes the contributions of one transaction: a handful of statements, however many instances and cells there are.</summary>
internal sealed class PgBatchWriter(PgSession session, long historyWindow)
{
    private const int RowsAtOnce = 20_000;

    /// <summary>One instance's row as it was, and as it becomes.</summary>
    private sealed class InstanceRow
    {
        public required int Id;
        public required string Key;
        public required InstanceContribution Share;
        public required bool IsNew;
        public long FirstSeen, LastSeen, ObservedSince, LastContact;
        public int Destinations;
        public (long, long, int) Stored;
        /// <summary>What is known of it may be evaluated otherwise now.</summary>
        public bool Touched;
        public bool EpochMoved, NewPair;
        public InstanceFactSummary? Facts;
    }

    private sealed class EndpointChange
    {
        public long First = long.MaxValue;
        public long Last;
        public int Instances;
    }

    private List<InstanceRow> _instances = [];
    private Dictionary<Endpoint, int> _endpoints = [];
    private readonly Dictionary<int, EndpointChange> _changes = [];

    /// <returns>What is to be executed once the commit has its number.</returns>
    public List<(string, NpgsqlParameter[])> Write(List<(long ObjectId, ContactBatch Batch)> accepted, CancellationToken cancellation)
    {
        // A copy: the caller's batches stay as they are for another try.
        var all = new ContactBatch();
        foreach (var (_, batch) in accepted) all.Merge(batch);
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
        var touched = _instances.Where(i => i.Touched).ToList();
        rest.Add((PgContactSql.TouchInstances, [Pg.Array(touched.Select(i => i.Id)), Pg.Array(touched.Select(i => i.Share.FromHour))]));
        rest.Add((PgContactSql.TouchEndpoints, [Pg.Array(_changes.Keys)]));
        rest.Add((PgContactSql.StrikeSummaries, [Pg.Array(DaysOf(all))]));
        return rest;
    }

    private static HashSet<int> DaysOf(ContactBatch batch)
    {
        var days = new HashSet<int>();
        foreach (var contribution in batch.Instances.Values)
        {
            days.UnionWith(contribution.Coverage.Keys);
            foreach (var (_, hour) in contribution.Cells.Keys) days.Add(hour / 24);
        }
        return days;
    }

    /// <summary>New rows of both dictionaries first, then the instances' locks: always in this order, so that no two commits wait for each other in a ring.</summary>
    private void LoadInstancesAndEndpoints(ContactBatch all)
    {
        var shares = all.Instances.ToDictionary(i => PgText.Storable(i.Key.Id), i => i.Value, StringComparer.Ordinal);
        var keys = Pg.Array(shares.Keys.Order(StringComparer.Ordinal).Select(k => (string?)k));
        var fresh = session.Query(PgContactSql.InsertInstances, r => r.GetInt32(0), keys.Clone()).ToHashSet();

        Endpoint[] endpoints = [.. shares.Values.SelectMany(s => s.Cells.Keys.Select(k => k.Endpoint).Concat(s.Evidence.Keys)).Distinct()];
        NpgsqlParameter[] columns = [Pg.Array(endpoints.Select(e => (byte[]?)e.Address.ToBytes())), Pg.Array(endpoints.Select(e => (short)e.Protocol)), Pg.Array(endpoints.Select(e => (int)e.Port))];
        if (endpoints.Length > 0)
        {
            session.Execute(PgContactSql.InsertEndpoints, [.. columns.Select(c => c.Clone())]);
            _endpoints = session.Query(PgContactSql.SelectEndpoints, r => (Id: r.GetInt32(0), N: (int)r.GetInt64(1)), columns).ToDictionary(e => endpoints[e.N - 1], e => e.Id);
            foreach (int id in _endpoints.Values) _changes.Add(id, new());
        }

        _instances = session.Query(PgContactSql.LockInstances, r => new InstanceRow
        {
            Id = r.GetInt32(0), Key = r.GetString(1), Share = shares[r.GetString(1)], IsNew = fresh.Contains(r.GetInt32(0)),
            FirstSeen = r.GetInt64(2), LastSeen = r.GetInt64(3), ObservedSince = r.GetInt64(4), LastContact = r.GetInt64(5), Destinations = r.GetInt32(6),
        }, keys);
        foreach (var i in _instances) (i.Stored, i.Touched) = ((i.FirstSeen, i.ObservedSince, i.Destinations), i.IsNew);
    }

    private void WriteCoverage()
    {
        var days = _instances.SelectMany(i => i.Share.Coverage.Values.OrderBy(d => d.Day).Select(d => (i.Id, Day: d))).ToList();
        foreach (var part in days.Chunk(RowsAtOnce))
        {
            session.Execute(PgContactSql.UpsertCoverage, Pg.Array(part.Select(p => p.Id)), Pg.Array(part.Select(p => p.Day.Day)), Pg.Array(part.Select(p => p.Day.FirstStart)),
                Pg.Array(part.Select(p => p.Day.LastEnd)), Pg.Array(part.Select(p => (int)p.Day.Hours)), Pg.Array(part.Select(p => (int)p.Day.SkipHours)), Pg.Array(part.Select(p => p.Day.Records)));
        }
        foreach (var i in _instances.Where(i => i.Share.Coverage.Count > 0))
        {
            long start = i.Share.Coverage.Values.Min(d => d.FirstStart), end = i.Share.Coverage.Values.Max(d => d.LastEnd);
            if (end == 0) continue;
            // In the usual case the records carry on the present epoch and nothing about its start can change.
            bool carriesOn = !i.IsNew && start >= i.ObservedSince && start - i.LastSeen <= historyWindow && end - start <= historyWindow;
            // Records not later than the last contact change what was known when it was evaluated: hours, and losses, count by the hour.
            bool late = UnixTime.Hour(start) <= UnixTime.Hour(i.LastContact);
            i.FirstSeen = Math.Min(i.FirstSeen, start);
            i.LastSeen = Math.Max(i.LastSeen, end);
            i.EpochMoved = !carriesOn;
            i.Touched |= !carriesOn || late;
        }
        RefreshEpochs(_instances.Where(i => i.EpochMoved).ToDictionary(i => i.Id));
    }

    /// <summary>Start of the last maximal run of days whose gaps are at most H.</summary>
    private void RefreshEpochs(Dictionary<int, InstanceRow> moved)
    {
        if (moved.Count == 0) return;
        foreach (var spans in session.Query(PgContactSql.SelectCoverageSpans, r => (Id: r.GetInt32(0), First: r.GetInt64(1), End: r.GetInt64(2)), Pg.Array(moved.Keys)).GroupBy(s => s.Id))
        {
            long since = long.MaxValue, lastEnd = 0;
            foreach (var (_, first, end) in spans)
            {
                if (since == long.MaxValue || first - lastEnd > historyWindow) since = first;
                lastEnd = Math.Max(lastEnd, end);
            }
            moved[spans.Key].ObservedSince = since;
        }
    }

    private void WriteFacts()
    {
        var concerned = _instances.Where(i => i.Share.Facts.Count > 0).ToDictionary(i => i.Id);
        if (concerned.Count == 0) return;
        var known = session.Query(PgContactSql.SelectFacts, r => (Id: r.GetInt32(0), Fact: new InstanceFact((InstanceAttribute)r.GetInt16(1), r.GetString(2), r.GetInt64(3), r.GetInt64(4))), Pg.Array(concerned.Keys))
            .ToLookup(f => f.Id, f => f.Fact);
        var changed = new List<(int Id, InstanceFact Fact)>();
        foreach (var i in concerned.Values)
        {
            var facts = known[i.Id].ToDictionary(f => (f.Attribute, f.Value));
            var several = facts.Values.GroupBy(f => f.Attribute).Where(g => g.Count() > 1).Select(g => g.Key).ToHashSet();
            bool refresh = false;
            foreach (var group in i.Share.Facts.Values.GroupBy(f => (f.Attribute, Value: PgText.Storable(f.Value))).OrderBy(g => g.Key.Attribute).ThenBy(g => g.Key.Value, StringComparer.Ordinal))
            {
                var fact = new InstanceFact(group.Key.Attribute, group.Key.Value, group.Min(f => f.First), group.Max(f => f.Last));
                var old = facts.GetValueOrDefault(group.Key);
                if (old is not null && old.First <= fact.First && old.Last >= fact.Last) continue;
                changed.Add((i.Id, fact));
                i.Touched |= old is null || fact.First < old.First;
                // The latest value is on the instance's row; it can only change where there are several, or a first one.
                refresh |= old is null || fact.Last > old.Last && several.Contains(fact.Attribute);
                facts[group.Key] = old is null ? fact : fact with { First = Math.Min(old.First, fact.First), Last = Math.Max(old.Last, fact.Last) };
            }
            if (!refresh) continue;
            i.Facts = new();
            foreach (var fact in facts.Values.OrderBy(f => f.Attribute).ThenByDescending(f => f.Last).ThenBy(f => f.Value, StringComparer.Ordinal)) i.Facts.Add(fact.Attribute, fact.Value);
        }
        foreach (var part in changed.OrderBy(c => c.Id).Chunk(RowsAtOnce))
        {
            session.Execute(PgContactSql.UpsertFacts, Pg.Array(part.Select(p => p.Id)), Pg.Array(part.Select(p => (short)p.Fact.Attribute)), Pg.Array(part.Select(p => (string?)p.Fact.Value)),
                Pg.Array(part.Select(p => p.Fact.First)), Pg.Array(part.Select(p => p.Fact.Last)));
        }
        var renewed = concerned.Values.Where(i => i.Facts is not null).ToList();
        if (renewed.Count == 0) return;
        session.Execute(PgContactSql.UpdateInstanceFacts, Pg.Array(renewed.Select(i => i.Id)), Latest(InstanceAttribute.Name), Latest(InstanceAttribute.Account), Latest(InstanceAttribute.Vpc),
            Latest(InstanceAttribute.Subnet), Latest(InstanceAttribute.Asg), Latest(InstanceAttribute.Region), Pg.Array(renewed.Select(i => (string?)i.Facts!.SearchText(new(i.Key)))));

        NpgsqlParameter Latest(InstanceAttribute attribute) => Pg.Array(renewed.Select(i => i.Facts![attribute]));
    }

    private void WriteCells(CancellationToken cancellation)
    {
        var cells = new List<(int Instance, int Endpoint, ContactHour Cell)>();
        foreach (var i in _instances)
            foreach (var ((endpoint, _), cell) in i.Share.Cells) cells.Add((i.Id, _endpoints[endpoint], cell));
        if (cells.Count == 0) return;
        // Rows go in key order, so that a page of the tree is dirtied once.
        cells.Sort(static (a, b) => (a.Instance, a.Endpoint, a.Cell.Hour).CompareTo((b.Instance, b.Endpoint, b.Cell.Hour)));
        foreach (var part in cells.Chunk(RowsAtOnce))
        {
            cancellation.ThrowIfCancellationRequested();
            session.Execute(PgContactSql.UpsertCells, CellColumns(part));
        }
        WritePairs([.. cells.GroupBy(c => (c.Instance, c.Endpoint)).Select(g => (g.Key.Instance, g.Key.Endpoint, First: g.Min(c => c.Cell.FirstContact), Last: g.Max(c => c.Cell.LastContact)))]);
    }

    private static NpgsqlParameter[] CellColumns((int Instance, int Endpoint, ContactHour Cell)[] cells)
    {
        NpgsqlParameter Of(Func<ContactHour, long> value) => Pg.Array(cells.Select(c => value(c.Cell)));
        return
        [
            Pg.Array(cells.Select(c => c.Instance)), Pg.Array(cells.Select(c => c.Endpoint)), Pg.Array(cells.Select(c => c.Cell.Hour)), Of(c => c.FirstContact), Of(c => c.LastContact),
            Of(c => c.OutAccepted.Records), Of(c => c.OutAccepted.Packets), Of(c => c.OutAccepted.Bytes), Of(c => c.OutRejected.Records), Of(c => c.OutRejected.Packets), Of(c => c.OutRejected.Bytes),
            Of(c => c.InAccepted.Records), Of(c => c.InAccepted.Packets), Of(c => c.InAccepted.Bytes), Of(c => c.InRejected.Records), Of(c => c.InRejected.Packets), Of(c => c.InRejected.Bytes),
            Of(c => c.MaxPackets), Pg.Array(cells.Select(c => (short)c.Cell.Flags)), Of(c => c.FirstAnswer), Of(c => c.LastAnswer), Of(c => (long)c.AnswerMinutes),
            Pg.Array(cells.Select(c => InnerSources.Write(c.Cell.InnerSources))), Of(c => c.FirstObject), Of(c => c.FirstLine),
        ];
    }

    private void WritePairs(List<(int Instance, int Endpoint, long First, long Last)> pairs)
    {
        var byId = _instances.ToDictionary(i => i.Id);
        var old = new HashSet<(int, int)>();
        var known = new Dictionary<(int, int), (long First, long Last)>();
        foreach (var part in pairs.Where(p => !byId[p.Instance].IsNew).Chunk(RowsAtOnce))
        {
            foreach (var (instance, endpoint, first, last) in session.Query(PgContactSql.SelectPairs, r => (r.GetInt32(0), r.GetInt32(1), r.GetInt64(2), r.GetInt64(3)),
                Pg.Array(part.Select(p => p.Instance)), Pg.Array(part.Select(p => p.Endpoint)))) known.Add((instance, endpoint), (first, last));
        }
        foreach (var (instance, endpoint, first, last) in pairs)
        {
            bool isKnown = known.TryGetValue((instance, endpoint), out var span);
            bool firstContact = last > 0 && (!isKnown || span.Last == 0);
            if (isKnown && first >= span.First && last <= span.Last) old.Add((instance, endpoint));
            var row = byId[instance];
            row.Touched = true;
            row.NewPair |= firstContact;
            row.LastContact = Math.Max(row.LastContact, last);
            var change = _changes[endpoint];
            change.First = Math.Min(change.First, first);
            change.Last = Math.Max(change.Last, last);
            if (firstContact) change.Instances++;
        }
        foreach (var part in pairs.Where(p => !old.Contains((p.Instance, p.Endpoint))).Chunk(RowsAtOnce))
        {
            session.Execute(PgContactSql.UpsertPairs, Pg.Array(part.Select(p => p.Instance)), Pg.Array(part.Select(p => p.Endpoint)), Pg.Array(part.Select(p => p.First)), Pg.Array(part.Select(p => p.Last)));
        }
        var recount = _instances.Where(i => i.NewPair).Select(i => i.Id).ToList();
        if (recount.Count == 0) return;
        foreach (var (id, count) in session.Query(PgContactSql.CountDestinations, r => (r.GetInt32(0), r.GetInt32(1)), Pg.Array(recount))) byId[id].Destinations = count;
    }

    private void WriteEvidence()
    {
        var offered = _instances.SelectMany(i => i.Share.Evidence.Select(e => (Pair: (i.Id, Endpoint: _endpoints[e.Key]), Lines: e.Value))).ToList();
        if (offered.Count == 0) return;
        var stored = session.Query(PgContactSql.SelectEvidence, r => (Pair: (r.GetInt32(0), r.GetInt32(1)), Line: new EvidenceLine(r.GetInt64(2), r.GetInt64(3), r.GetInt64(4), "")),
            Pg.Array(offered.Select(o => o.Pair.Id)), Pg.Array(offered.Select(o => o.Pair.Endpoint))).ToLookup(e => e.Pair, e => e.Line);
        var gone = new List<((int, int) Pair, EvidenceLine Line)>();
        var added = new List<((int, int) Pair, EvidenceLine Line)>();
        foreach (var (pair, lines) in offered.OrderBy(o => o.Pair))
        {
            var before = stored[pair].ToList();
            var kept = before.Concat(lines).DistinctBy(Position).OrderBy(Position).Take(EvidenceLine.PerPair).ToList();
            gone.AddRange(before.Where(l => !kept.Contains(l)).Select(l => (pair, l)));
            added.AddRange(kept.Where(l => !before.Contains(l)).Select(l => (pair, l)));
        }
        if (gone.Count > 0) session.Execute(PgContactSql.DeleteEvidence, Places(gone));
        foreach (var part in added.Chunk(RowsAtOnce)) session.Execute(PgContactSql.InsertEvidence, [.. Places(part), Pg.Array(part.Select(p => (string?)p.Line.Text))]);

        static NpgsqlParameter[] Places(IReadOnlyCollection<((int Instance, int Endpoint) Pair, EvidenceLine Line)> lines) =>
            [Pg.Array(lines.Select(l => l.Pair.Instance)), Pg.Array(lines.Select(l => l.Pair.Endpoint)), Pg.Array(lines.Select(l => l.Line.Start)), Pg.Array(lines.Select(l => l.Line.ObjectId)), Pg.Array(lines.Select(l => l.Line.Line))];

        static (long, long, long) Position(EvidenceLine line) => (line.Start, line.ObjectId, line.Line);
    }

    private void WriteInstances()
    {
        if (_instances.Count == 0) return;
        session.Execute(PgContactSql.UpdateInstances, Pg.Array(_instances.Select(i => i.Id)), Pg.Array(_instances.Select(i => i.LastSeen)), Pg.Array(_instances.Select(i => i.LastContact)));
        var moved = _instances.Where(i => i.Stored != (i.FirstSeen, i.ObservedSince, i.Destinations)).ToList();
        if (moved.Count == 0) return;
        session.Execute(PgContactSql.UpdateInstanceOrder, Pg.Array(moved.Select(i => i.Id)), Pg.Array(moved.Select(i => i.FirstSeen)), Pg.Array(moved.Select(i => i.ObservedSince)), Pg.Array(moved.Select(i => i.Destinations)));
    }

    private void WriteEndpoints()
    {
        if (_changes.Count == 0) return;
        var changes = _changes.OrderBy(c => c.Key).ToList();
        session.Query(PgContactSql.LockEndpoints, _ => true, Pg.Array(changes.Select(c => c.Key)));
        session.Execute(PgContactSql.UpdateEndpoints, Pg.Array(changes.Select(c => c.Key)), Pg.Array(changes.Select(c => c.Value.First)), Pg.Array(changes.Select(c => c.Value.Last)), Pg.Array(changes.Select(c => c.Value.Instances)));
    }
}
