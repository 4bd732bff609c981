using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>The decision at the first contact of an episode, with what led to it.</summary>
/// <param name="Start">First contact evaluated: the episode's, or its first forbidden one.</param>
/// <param name="Cohort">Set when the cohort was asked.</param>
/// <param name="CohortAge">Seconds; 0 when it was not asked or is unobserved.</param>
internal readonly record struct Evaluation(EpisodeDecision Decision, long Start, long Age, string? Cohort, long CohortAge)
{
    public bool IsAlert => Decision is EpisodeDecision.Alert or EpisodeDecision.CohortAlert or EpisodeDecision.Forbidden;
}

/// <summary>Section 4 of the rules: what is decided at the first contact of an episode.</summary>
internal sealed class EpisodeEvaluator(DetectionIndex index, Parameters parameters)
{
    /// <summary>Null when the catalogue gives the target no voice at that time.</summary>
    public Evaluation? Evaluate(DestinationSummary destination, in EpisodeSpan episode)
    {
        long t = episode.Start;
        if (episode.ForbiddenFrom == t) return new(EpisodeDecision.Forbidden, t, destination.Instance.AgeAt(t), null, 0);

        var own = Unforbidden(destination, t);
        if (own is { IsAlert: true } || !episode.IsForbidden) return own;
        // The episode began as a learned one, then a rule forbade it.
        return new(EpisodeDecision.Forbidden, episode.ForbiddenFrom, destination.Instance.AgeAt(episode.ForbiddenFrom), null, 0);
    }

    private Evaluation? Unforbidden(DestinationSummary destination, long t)
    {
        bool learning = false;
        if (destination.Required is { } required && !IsVoiced(required, t, out learning)) return null;
        var instance = destination.Instance;
        long age = instance.AgeAt(t);
        if (RoleThatExplains(destination, t) is not null) return new(EpisodeDecision.RoleExempt, t, age, null, 0);
        if (learning) return new(EpisodeDecision.Learned, t, age, null, 0);
        if (parameters.Boundaries.IsMature(age, parameters.Learning)) return new(EpisodeDecision.Alert, t, age, null, 0);
        if (!parameters.Options.Cohorts || instance.CohortAt(t) is not { } cohort) return new(EpisodeDecision.Learned, t, age, null, 0);

        long cohortAge = index.CohortAge(cohort, t);
        if (!parameters.Boundaries.IsMature(cohortAge, parameters.Learning) || index.Peers(cohort, instance, t, parameters.Options.CohortMinimumPeers) < parameters.Options.CohortMinimumPeers)
            return new(EpisodeDecision.Learned, t, age, cohort, cohortAge);
        int wanted = parameters.Options.CohortMinimumEstablished;
        bool established = index.Established(cohort, destination, t, wanted) >= wanted;
        return new(established ? EpisodeDecision.LearnedFromCohort : EpisodeDecision.CohortAlert, t, age, cohort, cohortAge);
    }

    /// <summary>
    /// An iterating resolver asks new authoritative servers all day; a public resolver asked by it, and all encrypted DNS, is still news. A scanner is one by its tag only.
    /// </summary>
    /// <returns>The role; null = no role explains the contact.</returns>
    public string? RoleThatExplains(DestinationSummary destination, long t)
    {
        var transport = destination.Destination.Transport;
        if (transport == DnsTransport.Dns && destination.Entry is null or { Tier: CatalogTier.Authoritative } && destination.Instance.Roles.IsIterating(t, parameters.Options.Patterns)) return RoleNames.IteratingResolver;
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
