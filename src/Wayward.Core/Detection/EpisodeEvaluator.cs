using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>The decision at the first contact of an episode, with what led to it.</summary>
/// <param name="Start">First contact evaluated: the episode's, or its first forbidden one.</param>
/// <param name="Cohort">Set when the cohort was asked.</param>
/// <param name="CohortAge">Seconds; 0 when it was not asked or is unobserved.</param>
internal readonly record struct Evaluation(EpisodeDecision Decision, long Start, long Age, string? Cohort, long CohortAge)
{
    public bool IsAlert => Decision is EpisodeDecision.Alert or EpisodeDecision.CohortAlert or EpisodeDecision.Forbidden or EpisodeDecision.Direct;
}

/// <summary>Section 4 of the rules: what is decided at the first contact of an episode.</summary>
internal sealed class EpisodeEvaluator(DetectionIndex index, Parameters parameters)
{
    private readonly Dictionary<(DestinationSummary User, long Start), bool> _alerts = [];

    /// <summary>Null when the catalogue gives the target no voice at that time.</summary>
    public Evaluation? Evaluate(DestinationSummary destination, in EpisodeSpan episode)
    {
        long t = episode.Start;
        if (episode.ForbiddenFrom == t) return new(EpisodeDecision.Forbidden, t, destination.Instance.AgeAt(t), null, 0);

        var own = Unforbidden(destination, episode);
        if (own is { IsAlert: true } || !episode.IsForbidden) return own;
        // The episode began as a learned one, then a rule forbade it.
        return new(EpisodeDecision.Forbidden, episode.ForbiddenFrom, destination.Instance.AgeAt(episode.ForbiddenFrom), null, 0);
    }

    private Evaluation? Unforbidden(DestinationSummary destination, in EpisodeSpan episode)
    {
        long t = episode.Start;
        bool learning = false;
        if (destination.Required is { } required && !IsVoiced(required, t, out learning)) return null;
        string? role = RoleThatExplains(destination, t);
        if (role == RoleNames.Scanner) return new(EpisodeDecision.RoleExempt, t, destination.Instance.AgeAt(t), null, 0);
        var byHistory = learning ? new(EpisodeDecision.Learned, t, destination.Instance.AgeAt(t), null, 0) : ByHistory(destination, t);
        bool isDirect = role is not null || (destination.Destination.Transport == DnsTransport.Dns && destination.Entry is null ? episode.IsTraced : destination.Entry is { } entry && entry.Tier.IsAuthoritative());
        if (!isDirect) return byHistory;
        // The daily finding is one of our own types and gathers others: without these a role is silent, as long as it lasts.
        if (!parameters.Options.OwnTypes || !parameters.Options.Stories || !byHistory.IsAlert) return role is null ? byHistory : byHistory with { Decision = EpisodeDecision.RoleExempt, Cohort = null, CohortAge = 0 };
        return StandsAlone(destination, episode) ? byHistory : byHistory with { Decision = EpisodeDecision.Direct };
    }

    /// <summary>A server of his own, contacted like clockwork or for more than names, is no part of resolving, whatever role its user has.</summary>
    private static bool StandsAlone(DestinationSummary destination, in EpisodeSpan episode)
    {
        if (episode.IsRegular) return true;
        foreach (var hours in destination.Tunnels)
            if (hours.Start >= episode.Start && hours.Start <= episode.End) return true;
        return false;
    }

    private Evaluation ByHistory(DestinationSummary destination, long t)
    {
        var instance = destination.Instance;
        long age = instance.AgeAt(t);
        if (parameters.Boundaries.IsMature(age, parameters.Learning)) return new(EpisodeDecision.Alert, t, age, null, 0);
        if (!parameters.Options.Cohorts) return new(EpisodeDecision.Learned, t, age, null, 0);
        if (Evaluating(instance, t) is not { } cohort) return new(EpisodeDecision.Learned, t, age, instance.CohortAt(t), instance.CohortAt(t) is { } young ? index.CohortAge(young, t) : 0);
        int wanted = parameters.Options.CohortMinimumEstablished;
        bool established = Established(cohort, destination, t, wanted) >= wanted;
        return new(established ? EpisodeDecision.LearnedFromCohort : EpisodeDecision.CohortAlert, t, age, cohort, index.CohortAge(cohort, t));
    }

    /// <summary>Would a first contact at this time be evaluated by anything: the instance's own history, or a group?</summary>
    public bool CanEvaluate(InstanceSummary instance, long t) =>
        parameters.Boundaries.IsMature(instance.AgeAt(t), parameters.Learning) || (parameters.Options.Cohorts && Evaluating(instance, t) is not null);

    /// <summary>The narrowest group that is old and large enough to evaluate a young member; null = none is.</summary>
    private string? Evaluating(InstanceSummary instance, long t)
    {
        if (!parameters.Options.CohortFallback) return instance.CohortAt(t) is { } only && IsMature(only, instance, t) ? only : null;
        foreach (string cohort in instance.GroupsAt(t))
            if (IsMature(cohort, instance, t)) return cohort;
        return null;
    }

    private bool IsMature(string cohort, InstanceSummary instance, long t) =>
        parameters.Boundaries.IsMature(index.CohortAge(cohort, t), parameters.Learning)
        && index.Peers(cohort, instance, t, parameters.Options.CohortMinimumPeers) >= parameters.Options.CohortMinimumPeers;

    /// <summary>
    /// Other members whose use of the destination is established; counting stops at <paramref name="enough"/>. A use that made a finding of its own is not, unless it is older than
    /// <see cref="DetectionOptions.AlertedEstablishes"/>: an open alert must not vouch for its own target.
    /// </summary>
    public int Established(string cohort, DestinationSummary destination, long t, int enough = int.MaxValue)
    {
        int count = 0;
        long? since = index.CohortSince(cohort, t);
        foreach (var user in index.Users(destination.Destination)?.OfCohort(cohort) ?? [])
        {
            if (count >= enough || user.Begun >= t) break;
            if (user.Instance == destination.Instance || !user.CanEstablish(t, since, parameters, out var episode) || !user.Instance.IsIn(cohort, t)) continue;
            if (episode.Start <= t - parameters.AlertedEstablishes || !IsAlert(user, episode)) count++;
        }
        return count;
    }

    /// <summary>
    /// Did the episode itself make a finding? The answer may depend on uses that began before it, and on theirs: what is known is kept until <see cref="Forget"/>, and users are asked in the order in
    /// which they began, so that the depth stays small.
    /// </summary>
    private bool IsAlert(DestinationSummary user, in EpisodeSpan episode)
    {
        if (_alerts.TryGetValue((user, episode.Start), out bool known)) return known;
        return _alerts[(user, episode.Start)] = Evaluate(user, episode) is { IsAlert: true };
    }

    /// <summary>To be called when the index has changed.</summary>
    public void Forget() => _alerts.Clear();

    /// <summary>
    /// An iterating resolver asks new authoritative servers all day; a public resolver asked by it, and all encrypted DNS, is still news. A scanner is one by its tag only.
    /// </summary>
    /// <returns>The role; null = no role explains the contact.</returns>
    public string? RoleThatExplains(DestinationSummary destination, long t)
    {
        var transport = destination.Destination.Transport;
        if (transport == DnsTransport.Dns && (destination.Entry is null || destination.Entry.Tier.IsAuthoritative()) && destination.Instance.Roles.IsIterating(t, parameters.Options.Patterns))
            return destination.Instance.Roles.At(t, parameters.Options.Patterns) == RoleNames.IteratingResolver ? RoleNames.IteratingResolver : RoleNames.SmallIterator;
        return transport is DnsTransport.Dns or DnsTransport.DoT or DnsTransport.DoQ && destination.Instance.Fact(InstanceAttribute.Role, t) == RoleNames.Scanner ? RoleNames.Scanner : null;
    }

    /// <summary>Does an entry make the contact DNS at that time, and may it alert yet?</summary>
    private bool IsVoiced(CatalogEntry[] required, long t, out bool learning)
    {
        learning = false;
        bool valid = false, alerts = false;
        foreach (var entry in required)
        {
            if (!TargetNames.IsValid(entry, t, parameters)) continue;
            valid = true;
            alerts |= t >= entry.AlertsFrom;
        }
        learning = valid && !alerts;
        return valid;
    }
}
