using System.Numerics;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;

namespace Wayward.Core.Timeline;

/// <summary>Builds one <see cref="InstanceTimeline"/>.</summary>
internal sealed class TimelineBuilder
{
    private readonly TimelineRequest _request;
    private readonly InstanceHistory _history;
    private readonly ExpectedMatcher _matcher;
    private readonly long _from;
    private readonly long _to;
    private readonly int _cellHours;
    private readonly IReadOnlyList<LearnedSpan> _learned;
    private SortedSet<long>? _moments;

    public TimelineBuilder(TimelineRequest request)
    {
        _request = request;
        _history = request.History;
        _matcher = new DetectionEngine(request.Catalog, request.Expected, request.Options).Matcher;
        _cellHours = (int)request.Resolution;
        long cell = _cellHours * UnixTime.HourSeconds;
        _from = request.From / cell * cell;
        _to = (request.To + cell - 1) / cell * cell;
        _learned = LearnedSpans();
    }

    private int CellCount => (int)((_to - _from) / (_cellHours * UnixTime.HourSeconds));

    public InstanceTimeline Build()
    {
        var lanes = Lanes();
        return new()
        {
            Instance = _history.Key,
            From = _from,
            To = _to,
            Resolution = _request.Resolution,
            Lanes = lanes,
            Learned = [.. _learned.Where(s => s.From < _to && s.To > _from)],
            Findings = [.. _request.Findings.Where(f => f.At >= _from && f.At < _to).OrderBy(f => f.At).ThenBy(f => f.Id, StringComparer.Ordinal)],
            Decisions = [.. _request.Decisions.Where(d => d.At >= _from && d.At < _to).OrderBy(d => d.At)],
            Coverage = Coverage(),
            MaxCellBytes = lanes.SelectMany(l => l.Cells).Select(c => c.Bytes).DefaultIfEmpty(0).Max(),
            MinCellBytes = lanes.SelectMany(l => l.Cells).Select(c => c.Bytes).Where(b => b > 0).DefaultIfEmpty(0).Min(),
        };
    }

    private List<TimelineLane> Lanes()
    {
        var byDestination = new SortedDictionary<Destination, List<KeyValuePair<Endpoint, List<ContactHour>>>>();
        foreach (var pair in _history.Pairs)
        {
            var endpoint = pair.Key;
            if (endpoint.Address.IsNone) continue;
            // A port that the catalogue has since dropped still shows: by its number it is plain DNS on 53, encrypted otherwise.
            var transport = _request.Catalog.Classify(endpoint.Address, endpoint.Protocol, endpoint.Port)
                ?? (endpoint.Port == 53 ? DnsTransport.Dns : endpoint.Protocol == 17 ? DnsTransport.DoQ : DnsTransport.DoH);
            var destination = new Destination(endpoint.Address, transport);
            if (!byDestination.TryGetValue(destination, out var list)) byDestination.Add(destination, list = []);
            list.Add(pair);
        }
        return [.. byDestination.Select(d => Lane(d.Key, d.Value)).OrderBy(l => l.Group).ThenBy(l => l.First ?? long.MaxValue).ThenBy(l => l.Destination)];
    }

    private TimelineLane Lane(Destination destination, List<KeyValuePair<Endpoint, List<ContactHour>>> pairs)
    {
        var entry = _request.Catalog.FindAddress(destination.Address, destination.Transport);
        var tier = entry?.Tier ?? CatalogTier.None;
        long? first = null, last = null;
        foreach (var cell in pairs.SelectMany(p => p.Value))
        {
            if (!cell.HasContact) continue;
            first = Math.Min(first ?? long.MaxValue, cell.FirstContact);
            last = Math.Max(last ?? 0, cell.LastContact);
        }
        var findings = _request.Findings.Where(f => f.Names(destination, entry?.Provider)).ToList();
        var rules = pairs.Select(p => _matcher.For(_history, p.Key, destination.Transport, TargetNames.Entry(_request.Catalog, p.Key, destination.Transport))).ToList();
        var windows = Windows(rules);
        var cells = Cells(pairs, rules);
        return new()
        {
            Destination = destination,
            Provider = entry?.Provider,
            Tier = tier,
            Class = destination.Transport.IsEncrypted() ? LaneClass.Encrypted : tier switch
            {
                CatalogTier.None => LaneClass.Uncatalogued,
                CatalogTier.Authoritative or CatalogTier.Hoster => LaneClass.Authoritative,
                _ => LaneClass.KnownPublic,
            },
            Group = Group(first, tier, findings),
            Ports = [.. pairs.Select(p => (p.Key.Protocol, p.Key.Port)).Distinct().Order()],
            First = first,
            Last = last,
            Cells = cells,
            Windows = windows,
            FindingIds = [.. findings.Select(f => f.Id)],
            Bytes = cells.Sum(c => c.Bytes),
            Records = cells.Sum(c => c.Records),
        };
    }

    private LaneGroup Group(long? first, CatalogTier tier, List<TimelineFinding> findings)
    {
        if (findings.Any(f => f.Status is not (FindingStatus.Withdrawn or FindingStatus.ClosedExpected))) return LaneGroup.New;
        if (first is not { } began || tier.IsAuthoritative()) return LaneGroup.Other;
        bool whileLearning = _learned.Any(s => began >= s.From && began < s.To);
        bool recent = began >= (_request.Moment ?? _to) - (long)_request.Options.Learning.TotalSeconds;
        return recent && !whileLearning ? LaneGroup.New : LaneGroup.Usual;
    }

    private List<TimelineCell> Cells(List<KeyValuePair<Endpoint, List<ContactHour>>> pairs, List<Func<ContactHour, ExpectedTarget?>?> rules)
    {
        int fromHour = UnixTime.Hour(_from), toHour = UnixTime.Hour(_to);
        var byIndex = new SortedDictionary<int, TimelineCell>();
        for (int i = 0; i < pairs.Count; i++)
        {
            foreach (var hour in pairs[i].Value)
            {
                if (hour.Hour < fromHour || hour.Hour >= toHour) continue;
                int index = (hour.Hour - fromHour) / _cellHours;
                byIndex.TryGetValue(index, out var before);
                byIndex[index] = new(
                    index,
                    before.Out + hour.OutAccepted + hour.OutRejected,
                    before.In + hour.InAccepted + hour.InRejected,
                    before.Rejected + hour.OutRejected.Records,
                    before.Answered || hour.InAccepted.Records > 0,
                    before.Expected ?? (hour.HasContact && rules[i]?.Invoke(hour) is { Action: ExpectedAction.Expected } rule ? rule.Id : null));
            }
        }
        return [.. byIndex.Values.Where(c => c.Records > 0)];
    }

    /// <summary>
    /// Asks the matcher itself at each hour from which its answer can be another, so that what is outlined is what acts. Where a destination has several endpoints, the windows of all are outlined.
    /// </summary>
    private List<ExpectedWindow> Windows(List<Func<ContactHour, ExpectedTarget?>?> rules)
    {
        if (rules.TrueForAll(r => r is null)) return [];
        _moments ??= Moments();
        var windows = new List<ExpectedWindow>();
        foreach (var decide in rules)
        {
            if (decide is null) continue;
            int count = windows.Count;
            long previous = _from;
            foreach (long moment in _moments.Skip(1))
            {
                if (decide(new ContactHour { Hour = UnixTime.Hour(previous) }) is { } rule)
                {
                    if (windows.Count > count && windows[^1] is var before && before.To == previous && before.RuleId == rule.Id) windows[^1] = before with { To = moment };
                    else windows.Add(new(previous, moment, rule.Id, rule.Action));
                }
                previous = moment;
            }
        }
        return [.. windows.Distinct().OrderBy(w => w.From).ThenBy(w => w.To).ThenBy(w => w.RuleId)];
    }

    /// <summary>Whole hours, the ends of the timeline included: the bounds of rules, the ends of facts, the changes of computed roles.</summary>
    private SortedSet<long> Moments()
    {
        var moments = new SortedSet<long> { _from, _to };
        foreach (var rule in _matcher.Rules)
        {
            Add(rule.ValidFrom);
            Add(rule.ValidTo);
        }
        var changes = _history.Facts.SelectMany(f => new[] { f.First - 1, f.Last });
        if (_matcher.Rules.Any(r => r.Scope.Roles.Count > 0)) changes = changes.Concat(_matcher.RolesOf(_history).Changes((long)_request.Options.Patterns.RoleWindow.TotalSeconds));
        // A rule is asked about whole hours, so a change shows from the first hour that begins after it.
        foreach (long at in changes) Add((at / UnixTime.HourSeconds + 1) * UnixTime.HourSeconds);
        return moments;

        void Add(long? at)
        {
            if (at is { } moment && moment > _from && moment < _to) moments.Add(moment);
        }
    }

    private CoverageCell[] Coverage()
    {
        var cells = new CoverageCell[CellCount];
        if (_history.Coverage.Count == 0) return cells;
        int first = UnixTime.Hour(_history.Coverage.Values.Min(d => d.FirstStart));
        int last = UnixTime.Hour(Math.Max(_request.MaxStart, _history.Coverage.Values.Max(LastHourStart)));
        int fromHour = UnixTime.Hour(_from);
        for (int index = 0; index < cells.Length; index++)
        {
            int logged = 0, skipped = 0, inside = 0;
            for (int i = 0; i < _cellHours; i++)
            {
                int hour = fromHour + index * _cellHours + i;
                if (hour < first || hour > last) continue;
                inside++;
                if (!_history.Coverage.TryGetValue(hour / 24, out var day)) continue;
                uint bit = 1u << hour % 24;
                if ((day.Hours & bit) != 0) logged++;
                if ((day.SkipHours & bit) != 0) skipped++;
            }
            var state = inside == 0 ? CoverageState.Outside
                : logged == 0 && skipped == 0 ? CoverageState.Missing
                : logged == inside && skipped == 0 ? CoverageState.Logged
                : CoverageState.Partly;
            cells[index] = new(state, logged, skipped, inside);
        }
        return cells;

        static long LastHourStart(CoverageDay day)
        {
            uint seen = day.Hours | day.SkipHours;
            int hour = seen == 0 ? 0 : 31 - BitOperations.LeadingZeroCount(seen);
            return day.Day * UnixTime.DaySeconds + hour * UnixTime.HourSeconds;
        }
    }

    /// <summary>Epochs from coverage days: a gap longer than H between the end of one and the start of the next begins a new one, with learning of its own.</summary>
    private List<LearnedSpan> LearnedSpans()
    {
        var spans = new List<LearnedSpan>();
        long window = (long)_request.Options.HistoryWindow.TotalSeconds, learning = (long)_request.Options.Learning.TotalSeconds;
        long? end = null;
        foreach (var day in _history.Coverage.Values.Where(d => d.FirstStart != long.MaxValue))
        {
            if (end is null || day.FirstStart - end > window) spans.Add(new(day.FirstStart, day.FirstStart + learning));
            end = Math.Max(end ?? 0, day.LastEnd);
        }
        return spans;
    }
}
