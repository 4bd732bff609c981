using Wayward.Core.Contacts;
using Wayward.FlowLogs;

namespace Wayward.Core.Detection;

/// <summary>Why a contact is new: facts, the rule path and the counterfactuals.</summary>
internal static class NoveltyBuilder
{
    public static Novelty Of(FindingCase c)
    {
        var subject = c.Draft.Group.Subject;
        return new Novelty
        {
            ObservedSince = subject.Kind == SubjectKind.Cohort ? c.Index.CohortSince(subject.Id, c.Time) ?? c.Time : c.Time - c.First.Evaluation.Age,
            Coverage = c.Coverage,
            HistoryWindow = c.Parameters.History,
            Learning = c.Parameters.Learning,
            Usual = c.Usual,
            Others = c.Prevalence.Others,
            OtherCount = c.Prevalence.OtherCount,
            Earlier = c.Earlier,
            Cohort = c.Prevalence.Cohort,
            CohortPeers = c.Prevalence.CohortPeers,
            CohortEstablished = c.Prevalence.CohortEstablished,
            Nearby = Nearby(c),
            WasExpected = c.WasExpected is { } was
                ? was.Rule.ValidTo is { } end && end <= c.Time ? $"was expected until {Wording.Date(end)} by rule {was.Rule.Id}" : $"was expected by rule {was.Rule.Id}, last on {Wording.Date(was.Until)}"
                : null,
            Path = Path(c),
            Counterfactuals = Counterfactuals(c),
            InnerSources = [.. c.Details.SelectMany(d => d.InnerSources).Distinct().Order().Take(ContactHour.MaxInnerSources)],
        };
    }

    private static List<string> Nearby(FindingCase c)
    {
        var nearby = new List<string>();
        foreach (var silent in c.Silent)
            nearby.Add($"{Wording.Target(silent.Provider, silent.Address)}, in use since {Wording.Date(silent.Since)}, fell silent: no contact for {Wording.Span((long)c.Scoring.ResolverSilence.TotalSeconds)} afterwards.");
        if (c.RejectedBefore is { } rejected) nearby.Add($"{Wording.Protocol(rejected.Transport)} to {rejected.Address} was rejected within the hour before.");
        if (c.SkipData) nearby.Add("Records were lost (SKIPDATA) in that hour.");
        return nearby;
    }

    private static List<string> Path(FindingCase c)
    {
        string history = Wording.Span(c.Parameters.History), learning = Wording.Span(c.Parameters.Learning);
        var evaluation = c.First.Evaluation;
        if (c.IsPattern)
        {
            return
            [
                SeverityScorer.Factors(c)[0].Evidence,
                c.Type is FindingType.DnsTunnel or FindingType.EncryptedDnsTunnel ? "No rule expects that target; how long it has been in use does not matter for volume. Finding."
                    : $"{c.Instance.Key} had been observed for {Wording.Span(evaluation.Age)}, at least {learning}. Finding beside those of the single contacts{(c.Type == FindingType.ResolverFanOut ? ", which are its members" : "")}.",
            ];
        }
        var path = new List<string>
        {
            $"{c.Instance.Key} contacted {c.TargetText} by {Wording.Protocol(c.Transport)} at {Wording.Moment(c.Time)}; no contact in the {history} before, so an episode begins.",
        };
        if (c.Basis == FindingBasis.Forbidden)
        {
            path[0] = $"{c.Instance.Key} contacted {c.TargetText} by {Wording.Protocol(c.Transport)} at {Wording.Moment(c.Time)}.";
            path.Add($"Rule {(c.ForbiddenBy?.Id ?? c.First.Episode.ForbiddenBy)} forbids it: a finding at once, learning or not.");
            return path;
        }
        path.Add(c.WasExpected is { } was ? $"No rule covers it at that time; rule {was.Rule.Id} did before, and what a rule expects is not history." : "No rule forbids or expects it.");
        if (c.Basis == FindingBasis.OwnHistory)
        {
            path.Add($"{c.Instance.Key} had been observed for {Wording.Span(evaluation.Age)}, at least {learning}: evaluated by its own history. Finding.");
            return path;
        }
        path.Add($"{c.Instance.Key} had been observed for {Wording.Span(evaluation.Age)}, less than {learning}: evaluated by its cohort {evaluation.Cohort}.");
        path.Add($"The cohort is mature: observed for {Wording.Span(evaluation.CohortAge)}, {Wording.Count(c.Prevalence.CohortPeers, "other member")} seen in the {history} before (at least {c.Parameters.Options.CohortMinimumPeers}).");
        path.Add($"The target is not established: {c.Prevalence.CohortEstablished} of at least {c.Parameters.Options.CohortMinimumEstablished} other members had used it for {learning} or learned it with the cohort. Finding about the cohort.");
        if (c.Reference.Key != c.Instance.Key) path.Add($"What is usual is read from {c.Reference.Key}, the member observed for longest.");
        return path;
    }

    private static List<string> Counterfactuals(FindingCase c)
    {
        var options = c.Parameters.Options;
        if (c.Basis == FindingBasis.Forbidden) return [$"Would not have fired at once without rule {c.ForbiddenBy?.Id ?? c.First.Episode.ForbiddenBy}."];
        var result = new List<string>();
        if (c.IsPattern) return [PatternCounterfactual(c)];
        foreach (var earlier in c.First.Destination.Episodes.Where(e => e.End < c.Time).TakeLast(1))
        {
            long days = (c.Time - earlier.End + UnixTime.DaySeconds - 1) / UnixTime.DaySeconds;
            result.Add($"Would not have fired with a history window of {Wording.Count(days, "day")} or longer: the last contact before was on {Wording.Date(earlier.End)}.");
        }
        if (c.Basis == FindingBasis.OwnHistory)
        {
            long days = c.First.Evaluation.Age / UnixTime.DaySeconds + 1;
            if (days * UnixTime.DaySeconds <= c.Parameters.History) result.Add($"Would not have been evaluated by own history with a learning time of {Wording.Count(days, "day")} or longer.");
        }
        else
        {
            int missing = options.CohortMinimumEstablished - c.Prevalence.CohortEstablished;
            result.Add($"Would not have fired had {Wording.Count(missing, "more peer")} of {c.First.Evaluation.Cohort} used it {Wording.Span(c.Parameters.Learning)} before.");
            result.Add($"Would not have fired with a cohort minimum of {c.Prevalence.CohortPeers + 1} peers: the cohort would not count as mature.");
        }
        if (c.WasExpected is { } was) result.Add($"Would not have fired had rule {was.Rule.Id} still covered it.");
        return result;
    }

    private static string PatternCounterfactual(FindingCase c)
    {
        var p = c.Parameters.Options.Patterns;
        return c.Type switch
        {
            FindingType.DnsTunnel => $"Would not have fired below {Wording.Number(p.TunnelBytes)} bytes an hour, nor with smaller packets (under {p.TunnelMeanBytes} bytes) and less than {Wording.Number(p.TunnelVolume)} bytes.",
            FindingType.EncryptedDnsTunnel => $"Would not have fired below {Wording.Number(p.EncryptedTunnelBytes)} bytes an hour.",
            FindingType.ResolverFanOut => $"Would have been single findings with fewer than {p.FanOutTargets} new targets on that day.",
            FindingType.ResolverRotation => $"Would not have fired with fewer than {p.RotationNew} new operators, or with fewer than {p.RotationProviders} in all, within {Wording.Span((long)p.RotationWindow.TotalSeconds)}.",
            FindingType.EvasionAfterBlock => $"Would not have fired had the reject been more than {Wording.Span((long)p.EvasionWindow.TotalSeconds)} earlier, or had nothing answered.",
            FindingType.FleetSwitch => $"Would not have fired with fewer than {p.FleetInstances} instances or {p.FleetCohorts} cohorts within {Wording.Span((long)p.FleetWindow.TotalSeconds)}.",
            _ => "Would not have fired had it had that role while learning.",
        };
    }
}
