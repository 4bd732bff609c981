using Wayward.Core.Contacts;

namespace Wayward.Core.Detection;

/// <summary>The rule path of a first contact, and what would have had to differ.</summary>
internal static class FirstContactPath
{
    public static List<string> Path(FindingCase c)
    {
        var evaluation = c.First.Evaluation;
        // Of what was before the observation began, nothing is known.
        string history = Wording.Span(Math.Min(c.Parameters.History, evaluation.Age)), learning = Wording.Span(c.Parameters.Learning);
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
        path.Add($"{c.Instance.Key} had been observed for {Wording.Span(evaluation.Age)}, less than {learning}: evaluated by its group {evaluation.Cohort}.");
        path.Add($"The group is mature: observed for {Wording.Span(evaluation.CohortAge)}, {Wording.Count(c.Prevalence.CohortPeers, "other member")} seen in the {Wording.Span(Math.Min(c.Parameters.History, evaluation.CohortAge))} before (at least {c.Parameters.Options.CohortMinimumPeers}).");
        path.Add($"The target is not established: {Wording.OfGroup(c.Prevalence.CohortPeers, c.Prevalence.CohortEstablished, c.Prevalence.CohortBegun, c.Prevalence.CohortBegunSince, c.Parameters.Learning)}, and {c.Parameters.Options.CohortMinimumEstablished} would have to. Finding about the group.");
        if (c.Reference != c.Instance.Key) path.Add($"The usual resolvers are those of {c.Reference}: of this group, it has been observed for the longest time.");
        return path;
    }

    public static List<string> Counterfactuals(FindingCase c)
    {
        var options = c.Parameters.Options;
        if (c.Basis == FindingBasis.Forbidden) return [$"Would not have fired at once without rule {c.ForbiddenBy?.Id ?? c.First.Episode.ForbiddenBy}."];
        var result = new List<string>();
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
            result.Add($"Would not have fired had {Wording.Count(missing, "more member")} of {c.First.Evaluation.Cohort} used it {Wording.Span(c.Parameters.Learning)} before.");
            result.Add($"Would not have fired had a group needed {c.Prevalence.CohortPeers + 1} other members to be mature.");
        }
        if (c.WasExpected is { } was) result.Add($"Would not have fired had rule {was.Rule.Id} still covered it.");
        return result;
    }
}
