using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.FlowLogs;

namespace Wayward.Core.Detection;

/// <summary>Turns drafts into findings: gathers the facts of a case from histories, has it scored and explained.</summary>
internal sealed class FindingBuilder(DetectionEngine engine, DetectionIndex index, EpisodeEvaluator evaluate, long maxStart, Func<InstanceKey, InstanceHistory?> histories)
{
    private readonly Parameters _parameters = engine.Parameters;
    private readonly ExpectedMatcher _matcher = engine.Matcher;
    private const int MaxUsual = 20;
    private const long DailyDays = 3;

    private readonly List<EpisodeCell> _cells = [];
    private readonly Dictionary<InstanceKey, Dictionary<Destination, DestinationPairs>> _pairs = [];

    /// <summary>The instances whose histories <see cref="Build"/> will ask for.</summary>
    public static IEnumerable<InstanceKey> Needs(FindingDraft draft, DetectionIndex index, Parameters parameters) =>
        draft.Alerts.Select(a => a.Instance.Key).Append(Reference(draft, index, parameters)).Distinct();

    /// <summary>Addresses of which <see cref="Gather"/> looks at cells and evidence: the targets, others of their operators, and what the instances began about then. Null = it takes whole histories.</summary>
    public static IReadOnlySet<IpAddress>? Addresses(IReadOnlyList<Alert> alerts, long maxStart, Parameters parameters)
    {
        var addresses = new HashSet<IpAddress>();
        long window = (long)parameters.Options.Patterns.EvasionWindow.TotalSeconds;
        foreach (var alert in alerts)
        {
            if (alert.Instance.NeedsWhole || IsSilenceKnown(alert.Start, maxStart, parameters)) return null;
            foreach (var destination in alert.Instance.Destinations)
                if (destination == alert.Destination || (destination.Provider is { } provider && provider == alert.Destination.Provider) || Array.Exists(destination.Episodes, e => e.Start >= alert.Start - window))
                    addresses.Add(destination.Destination.Address);
        }
        return addresses;
    }

    /// <summary>Is the time over in which a usual resolver may have fallen silent?</summary>
    private static bool IsSilenceKnown(long t, long maxStart, Parameters parameters) => maxStart >= t + (long)parameters.Options.Scoring.ResolverSilence.TotalSeconds;

    /// <summary>With all of its histories at hand. Null when the facts, seen closely, do not bear the draft out.</summary>
    public Finding? Build(FindingDraft draft)
    {
        var facts = new DraftFacts(draft);
        Gather(facts, draft.Alerts);
        return Finish(facts);
    }

    /// <summary>Adds what the histories of some members say.</summary>
    /// <param name="alerts">The next ones of the draft. Asks for the histories of their instances and of <see cref="Reference"/>.</param>
    public void Gather(DraftFacts facts, IReadOnlyList<Alert> alerts)
    {
        var draft = facts.Draft;
        // First, so that it is of the whole draft.
        PrevalenceOf(facts, draft);
        foreach (var alert in alerts)
        {
            var detail = Detail(alert);
            facts.Details.Add(detail);
            facts.IsGoneAround = facts.IsGoneAround && IsGoneAround(detail);
            facts.EarlierAnswered = facts.EarlierAnswered || WasAnswered(alert.Destination, draft.First);
            KeepEvidence(facts.Evidence, alert);
            if (draft.Group.Type.ScoresMembers) facts.Add(Member(facts, detail));
        }
    }

    /// <summary>After <see cref="Gather"/> of all alerts. Asks for the histories of the first alert's instance and of <see cref="Reference"/>.</summary>
    /// <returns>Null when the facts, seen closely, do not bear the draft out.</returns>
    public Finding? Finish(DraftFacts facts)
    {
        var draft = facts.Draft;
        var c = Case(facts, History(Reference(draft, index, _parameters)), PrevalenceOf(facts, draft));
        if (!draft.Group.Type.IsBorneOut(c)) return null;
        var severity = SeverityScorer.Factors(c);
        var confidence = ConfidenceScorer.Factors(c);
        int severitySum = severity.Sum(s => s.Points), confidenceSum = confidence.Sum(s => s.Points);
        var instance = draft.FirstAlert.Instance;
        return new Finding
        {
            Id = draft.Group.FindingId(draft.First),
            GroupId = draft.Group.Id,
            Type = draft.Group.Type,
            Subject = draft.Subject,
            Transport = draft.Group.Type.Transport(draft),
            Provider = draft.Group.Type.Operator(c),
            Addresses = Addresses(c),
            Basis = c.Basis,
            Members = [.. draft.Alerts.Select(a => a.Instance.Key).Distinct().Order()],
            First = draft.First,
            Last = draft.Last,
            Count = c.Details.Sum(d => d.Records),
            Out = c.Details.Aggregate(default(TrafficSum), (sum, d) => sum + d.OutAccepted + d.OutRejected),
            In = c.Details.Aggregate(default(TrafficSum), (sum, d) => sum + d.In),
            Outcome = c.Outcome,
            Severity = severitySum,
            SeverityFactors = severity,
            Confidence = confidenceSum,
            ConfidenceFactors = confidence,
            Reported = severitySum >= _parameters.Options.ReportSeverity && confidenceSum >= _parameters.Options.ReportConfidence,
            Provisional = draft.First >= maxStart - _parameters.Lateness,
            Novelty = NoveltyBuilder.Of(c),
            AccountId = instance.Fact(InstanceAttribute.Account, draft.First),
            VpcId = instance.Fact(InstanceAttribute.Vpc, draft.First),
            SubnetId = instance.Fact(InstanceAttribute.Subnet, draft.First),
            Asg = instance.Fact(InstanceAttribute.Asg, draft.First),
            InstanceName = draft.Group.Subject.Kind == SubjectKind.Instance ? instance.Fact(InstanceAttribute.Name, draft.First) : null,
            Region = instance.Fact(InstanceAttribute.Region, draft.First),
            CatalogVersion = engine.Catalog.Version,
            CatalogHash = engine.Catalog.Hash,
            Evidence = Evidence(facts),
        };
    }

    /// <summary>A first contact as a case of its own.</summary>
    private MemberScore Member(DraftFacts facts, EpisodeDetail detail)
    {
        var first = facts.Draft.FirstAlert;
        var alert = detail.Alert with { Type = FindingTypes.Of(detail.Alert.Destination.Destination.Transport) };
        var single = new DraftFacts(new FindingDraft(FindingGroup.Of(alert, engine.Options.ProviderMerge), alert));
        single.Details.Add(detail);
        single.IsGoneAround = single.IsGoneAround && IsGoneAround(detail);
        single.EarlierAnswered = WasAnswered(alert.Destination, alert.Start);
        // What is usual for a young member, its group tells; the group of the first member is the one whose history is at hand.
        bool asFirst = alert.Evaluation.Decision == EpisodeDecision.CohortAlert && alert.Evaluation.Cohort == first.Evaluation.Cohort;
        return new(Case(single, History(asFirst ? Reference(facts.Draft, index, _parameters) : alert.Instance.Key), PrevalenceOf(facts, single.Draft), isMember: true));
    }

    private Prevalence PrevalenceOf(DraftFacts facts, FindingDraft draft)
    {
        var target = draft.FirstAlert.Destination.Destination;
        if (!facts.Prevalences.TryGetValue(target, out var prevalence)) facts.Prevalences.Add(target, prevalence = PrevalenceBuilder.Of(draft, index, evaluate, _parameters));
        return prevalence;
    }

    /// <param name="isMember">It is only scored, and what was usual before is part of that only when it fell silent.</param>
    private FindingCase Case(DraftFacts facts, InstanceHistory reference, Prevalence prevalence, bool isMember = false)
    {
        var draft = facts.Draft;
        long t = draft.First;
        var first = draft.FirstAlert;
        bool isSilenceKnown = IsSilenceKnown(t, maxStart, _parameters);
        var usual = isMember && !isSilenceKnown ? [] : Usual(reference, draft, t);
        var silent = isSilenceKnown ? usual.Where(u => (u.Provider is null || u.Provider != first.Destination.Provider) && FellSilent(reference, u, t)).ToList() : [];
        var own = History(first.Instance.Key);
        return new FindingCase
        {
            Draft = draft,
            Details = facts.Details,
            Reference = reference.Key,
            Served = reference.Pairs.GetValueOrDefault(ContactHour.Served) ?? [],
            Index = index,
            Parameters = _parameters,
            Catalog = engine.Catalog,
            MaxStart = maxStart,
            Prevalence = prevalence,
            MostSevere = facts.MostSevere,
            Surest = facts.Surest,
            Usual = usual.Count <= MaxUsual ? usual : usual[..MaxUsual],
            Silent = silent,
            RejectedBefore = EvasionAfterBlock.RejectedBefore(first, _parameters),
            IsGoneAround = facts.IsGoneAround,
            Tunnel = draft.Alerts.SelectMany(a => a.Destination.Tunnels.Where(h => h.Start >= a.Start && h.Start <= a.End)).Select(h => (DnsVolume?)h.Volume).MaxBy(v => (v!.Value.Times, v.Value.Bytes, -v.Value.From)),
            Earlier = Earlier(draft, t),
            Coverage = ObservedHours.Share(reference, t, _parameters.History),
            SkipData = ObservedHours.HasSkipData(own, t),
            ForbiddenBy = draft.Alerts.Where(a => a.Episode.IsForbidden).Select(a => engine.Expected.FirstOrDefault(r => r.Id == a.Episode.ForbiddenBy)).FirstOrDefault(r => r is not null),
            WasExpected = WasExpected(own, first),
            KnownProvider = KnownProvider(own, first),
            EarlierAnswered = facts.EarlierAnswered,
        };
    }

    private bool IsGoneAround(EpisodeDetail blocked)
    {
        if (blocked.Outcome != ContactOutcome.Blocked) return false;
        foreach (var destination in blocked.Alert.Instance.Destinations)
        {
            foreach (var episode in destination.Episodes)
            {
                if (evaluate.Evaluate(destination, episode) is not { IsAlert: true } evaluation) continue;
                var alert = new Alert(destination, episode, evaluation, FindingTypes.Of(destination.Destination.Transport));
                if (EvasionAfterBlock.GoesAround(alert, blocked.Alert.Destination.Destination, _parameters) && Detail(alert).Outcome == ContactOutcome.Answered) return true;
            }
        }
        return false;
    }

    private EpisodeDetail Detail(Alert alert)
    {
        var history = History(alert.Instance.Key);
        var pairs = Pairs(history)[alert.Destination.Destination];
        if (alert.Type.CountsUnclear)
        {
            var unclear = new List<EpisodeCell>();
            pairs.Collect(history, _matcher, _parameters, _cells, unclear);
            _cells.AddRange(unclear);
            EpisodeCells.Sort(_cells);
        }
        else pairs.Collect(history, _matcher, _parameters, _cells);
        return EpisodeDetail.Of(alert, pairs, _cells, _parameters);
    }

    private static List<FindingAddress> Addresses(FindingCase c) =>
    [
        .. c.Details.Where(d => !d.FirstEndpoint.Address.IsNone).GroupBy(d => d.FirstEndpoint.Plain).Select(g =>
        {
            var entry = g.First().Alert.Destination.Entry;
            return new FindingAddress(g.Key.Address, g.Key.Protocol, g.Key.Port, entry?.Provider, entry?.Tier ?? CatalogTier.None, entry?.Id, g.Min(d => d.Alert.Start), g.Max(d => d.Alert.End));
        }).OrderBy(a => a.Address).ThenBy(a => a.Protocol).ThenBy(a => a.Port),
    ];

    private void KeepEvidence(List<EvidenceLine> lines, in Alert alert)
    {
        var history = History(alert.Instance.Key);
        foreach (var (endpoint, _, _) in Pairs(history)[alert.Destination.Destination].Endpoints)
        {
            if (!history.Evidence.TryGetValue(endpoint, out var kept)) continue;
            // What is kept is the earliest of the pair; for a later episode it proves nothing.
            foreach (var line in kept)
                if (line.Start >= alert.Start && line.Start <= alert.End) EvidenceLine.Keep(lines, line);
        }
    }

    private List<EvidenceLine> Evidence(DraftFacts facts)
    {
        var (draft, lines) = (facts.Draft, facts.Evidence);
        if (draft.Group.Type == EvasionAfterBlock.Type && Rejected(draft.FirstAlert) is { } rejected)
        {
            lines.Insert(0, rejected);
            if (lines.Count > EvidenceLine.PerPair) lines.RemoveAt(EvidenceLine.PerPair);
        }
        return lines;
    }

    /// <summary>The latest kept record of the target that was rejected before; null = none is kept. A pair keeps its earliest records, which may be long before.</summary>
    private EvidenceLine? Rejected(Alert alert)
    {
        if (EvasionAfterBlock.RejectedBefore(alert, _parameters) is not { } before) return null;
        var history = History(alert.Instance.Key);
        if (!Pairs(history).TryGetValue(before.Target, out var pairs)) return null;
        return pairs.Endpoints.SelectMany(e => history.Evidence.GetValueOrDefault(e.Endpoint) ?? [])
            .Where(line => line.Start <= before.At && line.Start >= alert.Start - (long)_parameters.Options.Patterns.EvasionWindow.TotalSeconds)
            .OrderByDescending(line => line.Start).FirstOrDefault();
    }

    private List<UsualDestination> Usual(InstanceHistory history, FindingDraft draft, long t)
    {
        var summary = index.Instances[history.Key];
        var targets = draft.Alerts.Select(a => a.Destination.Destination).ToHashSet();
        var usual = new List<UsualDestination>();
        foreach (var destination in summary.Destinations)
        {
            if (targets.Contains(destination.Destination) || !destination.UsedBefore(t, _parameters, out var episode)) continue;
            // What began within the same day belongs to the change, not to what it is a change from.
            if (episode.Start > t - UnixTime.DaySeconds) continue;
            var pairs = Pairs(history)[destination.Destination];
            pairs.Collect(history, _matcher, _parameters, _cells);
            var days = new HashSet<int>();
            long last = episode.Start;
            foreach (var cell in _cells)
            {
                if (cell.IsExpected || cell.Start >= t || cell.Start < episode.Start) continue;
                last = Math.Max(last, Math.Min(cell.End, t));
                if (cell.Start >= t - _parameters.History) days.Add(UnixTime.Day(cell.Start));
            }
            usual.Add(new UsualDestination(destination.Destination.Address, destination.Destination.Transport, destination.Provider, episode.Start, last, days.Count));
        }
        usual.Sort((a, b) => (-a.DaysSeen, a.Since, a.Address, a.Transport).CompareTo((-b.DaysSeen, b.Since, b.Address, b.Transport)));
        return usual;
    }

    /// <summary>A plain resolver of another operator, in daily use until t, with no contact in the hours after the one of t until the silence is long enough.</summary>
    private bool FellSilent(InstanceHistory history, UsualDestination usual, long t)
    {
        long silence = (long)_parameters.Options.Scoring.ResolverSilence.TotalSeconds;
        if (usual.Transport != DnsTransport.Dns || usual.DaysSeen < DailyDays || usual.LastContact < t - silence) return false;
        Pairs(history)[new Destination(usual.Address, usual.Transport)].Collect(history, _matcher, _parameters, _cells);
        return !_cells.Any(cell => cell.Cell.Hour > UnixTime.Hour(t) && cell.Start <= t + silence);
    }

    /// <summary>Closed episodes of the same targets before this finding, and earlier findings' episodes, not older than the memory.</summary>
    private List<EarlierEpisode> Earlier(FindingDraft draft, long t)
    {
        var instances = draft.Alerts.Select(a => a.Instance.Key).ToHashSet();
        return
        [
            .. draft.Alerts.Concat(draft.Earlier.SelectMany(d => d.Alerts))
                .Select(a => a.Destination).Distinct()
                .Where(d => draft.Group.Subject.Kind == SubjectKind.Instance || instances.Contains(d.Instance.Key) || draft.Earlier.Count > 0)
                .SelectMany(d => d.Episodes.Where(e => e.End < t && e.End >= t - _parameters.ClosedEpisodes), (d, e) => new EarlierEpisode(d.Destination.Address, e.Start, e.End))
                .Distinct().OrderBy(e => e.End).ThenBy(e => e.Start).ThenBy(e => e.Address),
        ];
    }

    /// <summary>
    /// Another destination of the same provider that this instance used in [t-H, t), that answered it more than a day before, and in the same class: who reads its plain DNS cannot read what goes to the same operator
    /// encrypted, so plain use vouches for nothing that is encrypted.
    /// </summary>
    private (Destination Destination, long Since, bool SameClass)? KnownProvider(InstanceHistory own, Alert first)
    {
        if (first.Destination.Provider is not { } provider || first.Evaluation.Decision == EpisodeDecision.CohortAlert) return null;
        (Destination, long, bool)? other = null;
        foreach (var known in first.Instance.Destinations)
        {
            if (known.Provider != provider || known == first.Destination || !known.UsedBefore(first.Start, _parameters, out var episode) || !Answered(own, known.Destination, episode.Start, first.Start - UnixTime.DaySeconds)) continue;
            bool sameClass = known.Destination.Transport.IsEncrypted() == first.Destination.Destination.Transport.IsEncrypted();
            if (sameClass) return (known.Destination, episode.Start, true);
            other ??= (known.Destination, episode.Start, false);
        }
        return other;
    }

    /// <summary>Did an episode of it that ended before answer? A target that never did is not known yet.</summary>
    private bool WasAnswered(DestinationSummary destination, long t) => destination.Episodes.Any(e =>
        e.End < t && e.End >= t - _parameters.ClosedEpisodes && Answered(History(destination.Instance.Key), destination.Destination, e.Start, e.End + _parameters.AnswerGrace));

    /// <summary>Did a contact in [from, to] that no rule expects get an answer by then?</summary>
    private bool Answered(InstanceHistory history, Destination destination, long from, long to)
    {
        Pairs(history)[destination].Collect(history, _matcher, _parameters, _cells);
        return _cells.Exists(c => !c.IsExpected && c.Start >= from && c.Start <= to && c.Cell.IsAnswered(c.Start, to));
    }

    /// <summary>The rule that covered this very target until just before, when its last covered contact lies within H.</summary>
    private (ExpectedTarget, long)? WasExpected(InstanceHistory history, Alert first)
    {
        Pairs(history)[first.Destination.Destination].Collect(history, _matcher, _parameters, _cells);
        EpisodeCell? last = null;
        foreach (var cell in _cells)
            if (cell.IsExpected && cell.Start < first.Start) last = cell;
        return last is { Rule: { } rule } cell2 && cell2.End >= first.Start - _parameters.History ? (rule, rule.ValidTo is { } end && end <= first.Start ? end : cell2.End) : null;
    }

    /// <summary>For a cohort the other member observed for longest, so that "usual" means something; else the instance itself.</summary>
    internal static InstanceKey Reference(FindingDraft draft, DetectionIndex index, Parameters parameters)
    {
        var first = draft.FirstAlert;
        if (first.Evaluation is not { Decision: EpisodeDecision.CohortAlert, Cohort: { } cohort }) return first.Instance.Key;
        var peer = index.Members(cohort)
            .Where(m => m != first.Instance && m.SeenBefore(cohort, first.Start, parameters))
            .OrderBy(m => m.Epochs.LastOrDefault(e => e.Start < first.Start).Start).ThenBy(m => m.Key).FirstOrDefault();
        return (peer ?? first.Instance).Key;
    }

    private InstanceHistory History(InstanceKey key) => histories(key) ?? throw new InvalidOperationException($"The history of {key} is needed to explain a finding, and was not loaded.");

    private Dictionary<Destination, DestinationPairs> Pairs(InstanceHistory history)
    {
        if (!_pairs.TryGetValue(history.Key, out var pairs)) _pairs.Add(history.Key, pairs = DestinationPairs.Of(history, engine.Catalog).ToDictionary(p => p.Destination));
        return pairs;
    }
}
