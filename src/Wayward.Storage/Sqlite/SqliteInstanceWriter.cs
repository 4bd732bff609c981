using System.Runtime.InteropServices;
using Wayward.Core.Contacts;
using Wayward.Storage.Contacts;

namespace Wayward.Storage.Sqlite;

/// <summary>Writes one instance's share of a transaction, and tells whether its findings must be evaluated again.</summary>
internal sealed class SqliteInstanceWriter(SqliteContactWriter writer, SqliteContactWriter.EndpointIds endpoints, InstanceKey key, long historyWindow)
{
    private long _firstSeen = long.MaxValue, _lastSeen, _observedSince, _lastContact;
    private int _destinations;
    private (long, long, int) _stored;
    private bool _isNew;

    public int Id { get; private set; }
    public List<InstanceContribution> Contributions { get; } = [];
    /// <summary>Earliest hour of which anything is contributed.</summary>
    public int FromHour => Contributions.Min(c => c.FromHour);

    public void Resolve()
    {
        var select = writer.SelectInstance.Bind(key.Id);
        if (select.Read())
        {
            Id = select.Int32(0);
            _firstSeen = select.Int64(1);
            _lastSeen = select.Int64(2);
            _observedSince = select.Int64(3);
            _lastContact = select.Int64(4);
            _destinations = select.Int32(5);
            _stored = (_firstSeen, _observedSince, _destinations);
            select.Reset();
            return;
        }
        var insert = writer.Prepare(SqliteContactSql.InsertInstance).Bind(key.Id).Bind(long.MaxValue).Bind(long.MaxValue);
        insert.Read();
        Id = insert.Int32(0);
        insert.Reset();
        _isNew = true;
    }

    /// <returns>True when the evaluation of this instance may change.</returns>
    public bool Write()
    {
        bool touched = _isNew;
        touched |= WriteCoverage();
        touched |= WriteFacts();
        touched |= WriteCells();
        WriteEvidence();
        writer.AdvanceInstance.Bind(_lastSeen).Bind(_lastContact).Bind(Id).Run();
        if (_stored != (_firstSeen, _observedSince, _destinations))
            writer.Prepare(SqliteContactSql.UpdateInstance).Bind(_firstSeen).Bind(_observedSince).Bind(_destinations).Bind(Id).Run();
        return touched;
    }

    private bool WriteCoverage()
    {
        long start = long.MaxValue, end = 0;
        foreach (var day in CoverageByDay())
        {
            writer.UpsertCoverage.Bind(Id).Bind(day.Day).Bind(day.FirstStart).Bind(day.LastEnd).Bind(day.Hours).Bind(day.SkipHours).Bind(day.Records).Run();
            start = Math.Min(start, day.FirstStart);
            end = Math.Max(end, day.LastEnd);
        }
        if (end == 0) return false;
        // In the usual case the records carry on the present epoch and nothing about its start can change.
        bool carriesOn = !_isNew && start >= _observedSince && start - _lastSeen <= historyWindow && end - start <= historyWindow;
        // Records not later than the last contact change what was known when it was evaluated: hours, and losses, count by the hour.
        bool late = UnixTime.Hour(start) <= UnixTime.Hour(_lastContact);
        _firstSeen = Math.Min(_firstSeen, start);
        _lastSeen = Math.Max(_lastSeen, end);
        if (!carriesOn) _observedSince = ContactReplacement.EpochStart(writer, Id);
        return !carriesOn || late;
    }

    /// <summary>Objects of one commit mostly tell of the same day, which is then one row to write.</summary>
    private IEnumerable<CoverageDay> CoverageByDay()
    {
        if (Contributions.Count == 1) return Contributions[0].Coverage.Values;
        var days = new SortedDictionary<int, CoverageDay>();
        foreach (var day in Contributions.SelectMany(static c => c.Coverage.Values))
        {
            if (days.TryGetValue(day.Day, out var known)) known.Merge(day);
            else days.Add(day.Day, day.Copy());
        }
        return days.Values;
    }

    private bool WriteFacts()
    {
        if (!Contributions.Exists(static c => c.Facts.Count > 0)) return false;
        bool news = false, changed = false;
        // What is stored is read at once: a few rows, of which mostly all are asked for.
        var stored = _isNew ? [] : StoredFacts();
        foreach (var fact in Facts())
        {
            int at = stored.FindIndex(f => f.Attribute == fact.Attribute && f.Value == fact.Value);
            if (at >= 0 && stored[at].First <= fact.First && stored[at].Last >= fact.Last) continue;
            writer.UpsertFact.Bind(Id).Bind((long)fact.Attribute).Bind(fact.Value).Bind(fact.First).Bind(fact.Last).Run();
            news |= at < 0 || fact.First < stored[at].First;
            // The latest value is on the instance's row; it can only change where there are several, or a first one.
            changed |= at < 0 || fact.Last > stored[at].Last && stored.FindIndex(f => f.Attribute == fact.Attribute) != stored.FindLastIndex(f => f.Attribute == fact.Attribute);
        }
        if (changed) RefreshFacts();
        return news;
    }

    private IEnumerable<InstanceFact> Facts()
    {
        if (Contributions.Count == 1) return Contributions[0].Facts.Values;
        var facts = new Dictionary<(InstanceAttribute, string), InstanceFact>();
        foreach (var fact in Contributions.SelectMany(static c => c.Facts.Values))
        {
            ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(facts, (fact.Attribute, fact.Value), out bool exists);
            known = exists ? known! with { First = Math.Min(known!.First, fact.First), Last = Math.Max(known.Last, fact.Last) } : fact;
        }
        return facts.Values;
    }

    private List<InstanceFact> StoredFacts()
    {
        List<InstanceFact> stored = [];
        var facts = writer.SelectFacts.Bind(Id);
        while (facts.Read()) stored.Add(new((InstanceAttribute)facts.Int32(0), facts.Text(1)!, facts.Int64(2), facts.Int64(3)));
        return stored;
    }

    private void RefreshFacts()
    {
        var latest = new InstanceFactSummary();
        var facts = writer.SelectFacts.Bind(Id);
        while (facts.Read()) latest.Add((InstanceAttribute)facts.Int32(0), facts.Text(1)!);
        writer.Prepare(SqliteContactSql.UpdateInstanceFacts)
            .Bind(latest[InstanceAttribute.Name]).Bind(latest[InstanceAttribute.Account]).Bind(latest[InstanceAttribute.Vpc]).Bind(latest[InstanceAttribute.Subnet])
            .Bind(latest[InstanceAttribute.Asg]).Bind(latest[InstanceAttribute.Region]).Bind(latest.SearchText(key)).Bind(Id).Run();
    }

    private bool WriteCells()
    {
        var cells = new List<(int Endpoint, Endpoint Key, ContactHour Cell)>();
        foreach (var contribution in Contributions)
        {
            foreach (var ((endpoint, _), cell) in contribution.Cells) cells.Add((endpoints.Of(endpoint), endpoint, cell));
        }
        if (cells.Count == 0) return false;
        cells.Sort(static (a, b) => a.Endpoint.CompareTo(b.Endpoint) is var e && e != 0 ? e : a.Cell.Hour.CompareTo(b.Cell.Hour));
        var pairs = KnownPairs();
        bool newPair = false;
        for (int i = 0; i < cells.Count;)
        {
            var (id, endpoint, _) = cells[i];
            long first = long.MaxValue, last = 0;
            for (; i < cells.Count && cells[i].Endpoint == id; i++)
            {
                var cell = cells[i].Cell;
                // Other objects of this commit may tell of the same hour.
                for (bool own = false; i + 1 < cells.Count && cells[i + 1].Endpoint == id && cells[i + 1].Cell.Hour == cell.Hour; i++, own = true)
                {
                    if (!own) cell = cell.Copy();
                    cell.Merge(cells[i + 1].Cell);
                }
                WriteCell(id, cell);
                first = Math.Min(first, cell.FirstContact);
                last = Math.Max(last, cell.LastContact);
            }
            newPair |= WritePair(pairs, id, endpoint, first, last);
            _lastContact = Math.Max(_lastContact, last);
        }
        if (newPair)
        {
            var count = writer.Prepare(ContactReplacementSql.CountDestinations).Bind(Id);
            count.Read();
            _destinations = count.Int32(0);
            count.Reset();
        }
        return true;
    }

    private Dictionary<int, (long First, long Last)> KnownPairs()
    {
        var pairs = new Dictionary<int, (long, long)>();
        if (_isNew) return pairs;
        var select = writer.SelectPairs.Bind(Id);
        while (select.Read()) pairs.Add(select.Int32(0), (select.Int64(1), select.Int64(2)));
        return pairs;
    }

    private bool WritePair(Dictionary<int, (long First, long Last)> pairs, int endpointId, Endpoint endpoint, long first, long last)
    {
        bool known = pairs.TryGetValue(endpointId, out var span);
        bool firstContact = last > 0 && (!known || span.Last == 0);
        if (known && first >= span.First)
        {
            if (last > span.Last) writer.AdvancePair.Bind(last).Bind(Id).Bind(endpointId).Run();
        }
        else writer.UpsertPair.Bind(Id).Bind(endpointId).Bind(first).Bind(last).Run();
        endpoints.Seen(endpoint, first, last, firstContact);
        return firstContact;
    }

    private void WriteCell(int endpointId, ContactHour c) => writer.UpsertCell
        .Bind(Id).Bind(endpointId).Bind(c.Hour).Bind(c.FirstContact).Bind(c.LastContact)
        .Bind(c.OutAccepted.Records).Bind(c.OutAccepted.Packets).Bind(c.OutAccepted.Bytes)
        .Bind(c.OutRejected.Records).Bind(c.OutRejected.Packets).Bind(c.OutRejected.Bytes)
        .Bind(c.InAccepted.Records).Bind(c.InAccepted.Packets).Bind(c.InAccepted.Bytes)
        .Bind(c.InRejected.Records).Bind(c.InRejected.Packets).Bind(c.InRejected.Bytes)
        .Bind(c.MaxPackets).Bind((long)c.Flags).Bind(c.FirstAnswer).Bind(c.LastAnswer).Bind((long)c.AnswerMinutes)
        .Bind(InnerSources.Write(c.InnerSources)).Bind(c.FirstObject).Bind(c.FirstLine)
        .Run();

    private void WriteEvidence()
    {
        if (!Contributions.Exists(static c => c.Evidence.Count > 0)) return;
        foreach (var contribution in Contributions)
        {
            foreach (var (endpoint, lines) in contribution.Evidence) WriteEvidence(endpoints.Of(endpoint), lines);
        }
    }

    private void WriteEvidence(int endpointId, List<EvidenceLine> lines)
    {
        var stored = new List<EvidenceLine>(EvidenceLine.PerPair);
        var select = writer.SelectEvidence.Bind(Id).Bind(endpointId);
        while (select.Read()) stored.Add(new(select.Int64(0), select.Int64(1), select.Int64(2), ""));
        // Objects come nearly in order, so mostly the earliest lines are there already.
        if (stored.Count >= EvidenceLine.PerPair && lines.TrueForAll(l => stored.TrueForAll(s => Position(s).CompareTo(Position(l)) < 0))) return;
        var kept = stored.Concat(lines).DistinctBy(Position).OrderBy(Position).Take(EvidenceLine.PerPair).ToList();
        foreach (var line in stored.Where(l => !kept.Contains(l)))
            writer.Prepare(SqliteContactSql.DeleteEvidence).Bind(Id).Bind(endpointId).Bind(line.Start).Bind(line.ObjectId).Bind(line.Line).Run();
        foreach (var line in kept.Where(l => !stored.Contains(l)))
            writer.Prepare(SqliteContactSql.InsertEvidence).Bind(Id).Bind(endpointId).Bind(line.Start).Bind(line.ObjectId).Bind(line.Line).Bind(line.Text).Run();
    }

    private static (long, long, long) Position(EvidenceLine line) => (line.Start, line.ObjectId, line.Line);
}
