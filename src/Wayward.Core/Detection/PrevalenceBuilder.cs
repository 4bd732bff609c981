using Wayward.Core.Contacts;

namespace Wayward.Core.Detection;

/// <summary>Counts who else talks to the targets of a finding, and since when.</summary>
internal static class PrevalenceBuilder
{
    public static Prevalence Of(FindingDraft draft, DetectionIndex index, EpisodeEvaluator evaluate, Parameters parameters)
    {
        long t = draft.First;
        var first = draft.FirstAlert;
        var members = draft.Alerts.Select(a => a.Instance.Key).ToHashSet();
        string? account = first.Instance.Fact(InstanceAttribute.Account, t);
        string? cohort = first.Evaluation.Cohort ?? first.Instance.CohortAt(t);

        int before = 0, establishedBefore = 0, inAccount = 0;
        var spreading = new HashSet<InstanceKey> { first.Instance.Key };
        var others = new List<OtherUser>();
        foreach (var destination in draft.Alerts.Select(a => a.Destination.Destination).Distinct())
        {
            bool isFirst = destination == first.Destination.Destination;
            foreach (var user in index.Users(destination)?.All ?? [])
            {
                if (isFirst && Alerts(user, t, evaluate, parameters)) spreading.Add(user.Instance.Key);
                if (members.Contains(user.Instance.Key)) continue;
                if (isFirst && user.UsedBefore(t, parameters, out var episode))
                {
                    before++;
                    if (episode.Start <= t - parameters.Learning) establishedBefore++;
                    if (user.Instance.Fact(InstanceAttribute.Account, t) == account) inAccount++;
                }
                if (Latest(user, t, parameters) is not { } use) continue;
                others.Add(new OtherUser(user.Instance.Key, destination.Address, use.Start, Math.Min(use.End, t + parameters.Learning), use.Start <= t - parameters.Learning,
                    cohort is not null && user.Instance.IsIn(cohort, t)));
            }
        }
        var begun = new List<long>();
        foreach (var user in cohort is null ? [] : index.Users(first.Destination.Destination)?.OfCohort(cohort) ?? [])
            if (user.Instance != first.Instance && user.Instance.IsIn(cohort!, t) && user.UsedBefore(t, parameters, out var use) && use.Start > t - parameters.Learning) begun.Add(use.Start);
        others.Sort((a, b) => (a.Since, a.Instance, a.Address).CompareTo((b.Since, b.Instance, b.Address)));
        return new Prevalence
        {
            Before = before,
            EstablishedBefore = establishedBefore,
            BeforeInAccount = inAccount,
            Spreading = spreading.Count,
            Cohort = cohort,
            CohortPeers = cohort is null ? 0 : index.Peers(cohort, first.Instance, t),
            CohortEstablished = cohort is null ? 0 : evaluate.Established(cohort, first.Destination, t),
            CohortBegun = begun.Count,
            CohortBegunSince = begun.Count == 0 ? 0 : begun.Min(),
            Others = others.Count <= Prevalence.Shown ? others : others[..Prevalence.Shown],
            OtherCount = others.Select(o => o.Instance).Distinct().Count(),
        };
    }

    /// <summary>The use that was going on in [t-H, t), else the first that began within L afterwards. What comes later does not change a finding.</summary>
    private static EpisodeSpan? Latest(DestinationSummary user, long time, Parameters parameters)
    {
        if (user.UsedBefore(time, parameters, out var episode)) return episode;
        foreach (var later in user.Episodes)
            if (later.Start >= time && later.Start <= time + parameters.Learning) return later;
        return null;
    }

    private static bool Alerts(DestinationSummary user, long time, EpisodeEvaluator evaluate, Parameters parameters)
    {
        foreach (var episode in user.Episodes)
        {
            if (Math.Abs(episode.Start - time) <= parameters.Learning && evaluate.Evaluate(user, episode) is { IsAlert: true }) return true;
        }
        return false;
    }
}
