using Wayward.Core.Contacts;

namespace Wayward.Core.Detection;

/// <summary>What an update of one instance may change for others beside the destinations it touched.</summary>
/// <param name="From">Decisions at or after this may differ, Unix seconds.</param>
/// <param name="Cohorts">In these cohorts.</param>
internal sealed record SessionChanges(long From, IReadOnlyList<string> Cohorts)
{
    /// <summary>Null in the ordinary case: the last epoch grew at its end, and nobody's look back could have missed it.</summary>
    public static SessionChanges? Of(InstanceSummary? old, InstanceSummary now, long maxStart, Parameters parameters)
    {
        var cohorts = now.CohortEpochs.Select(c => c.Cohort).Union(old?.CohortEpochs.Select(c => c.Cohort) ?? [], StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (old is null) return new(now.Epochs.Length > 0 ? now.Epochs[0].Start : 0, cohorts);
        if (!SameFacts(old, now)) return new(0, cohorts);
        int last = old.Epochs.Length - 1;
        if (last < 0 || now.Epochs.Length < old.Epochs.Length) return new(0, cohorts);
        for (int i = 0; i <= last; i++)
        {
            if (now.Epochs[i].Start != old.Epochs[i].Start) return new(Math.Min(now.Epochs[i].Start, old.Epochs[i].Start), cohorts);
            if (i < last && now.Epochs[i].End != old.Epochs[i].End) return new(old.Epochs[i].End, cohorts);
        }
        if (now.Epochs.Length > old.Epochs.Length) return new(old.Epochs[last].End, cohorts);
        // It had been silent for so long that someone's look back of H ended after its last record.
        return maxStart > old.Epochs[last].End + parameters.History ? new(old.Epochs[last].End, cohorts) : null;
    }

    /// <summary>Does it have an episode from that time on that its own history cannot evaluate?</summary>
    public static bool HasYoung(DestinationSummary destination, long from, Parameters parameters)
    {
        foreach (var episode in destination.Episodes)
            if (episode.Start >= from && !parameters.Boundaries.IsMature(destination.Instance.AgeAt(episode.Start), parameters.Learning)) return true;
        return false;
    }

    /// <summary>Notes each destination whose episodes differ, with the earliest time from which they do.</summary>
    /// <param name="begun">Takes up those of which that may change what others' first contacts are: an episode began at another time, or ended at another time and someone looks back from H after it.</param>
    public static void AddDestinations(InstanceSummary? old, InstanceSummary now, long maxStart, Parameters parameters, Dictionary<Destination, long> changed, Dictionary<Destination, long> begun)
    {
        foreach (var destination in now.Destinations) Note(destination.Destination, old?.Find(destination.Destination)?.Episodes ?? [], destination.Episodes);
        foreach (var destination in old?.Destinations ?? [])
            if (now.Find(destination.Destination) is null) Note(destination.Destination, destination.Episodes, []);

        void Note(Destination destination, EpisodeSpan[] before, EpisodeSpan[] after)
        {
            if (Differ(before, after) is not { } from) return;
            changed[destination] = Math.Min(from, changed.GetValueOrDefault(destination, long.MaxValue));
            if (maxStart > from + parameters.History || before.Length != after.Length || !before.Select(e => e.Start).SequenceEqual(after.Select(e => e.Start)))
                begun[destination] = Math.Min(from, begun.GetValueOrDefault(destination, long.MaxValue));
        }
    }

    private static long? Differ(EpisodeSpan[] before, EpisodeSpan[] after)
    {
        int common = Math.Min(before.Length, after.Length);
        for (int i = 0; i < common; i++)
        {
            if (before[i].Start != after[i].Start) return Math.Min(before[i].Start, after[i].Start);
            if (before[i].End != after[i].End) return Math.Min(before[i].End, after[i].End);
        }
        return before.Length > common ? before[common].Start : after.Length > common ? after[common].Start : null;
    }

    private static bool SameFacts(InstanceSummary old, InstanceSummary now)
    {
        return Values(old).SequenceEqual(Values(now));

        static IEnumerable<(InstanceAttribute, string)> Values(InstanceSummary summary) =>
            summary.Facts.Where(f => f.Attribute == InstanceAttribute.Account || Detection.Cohorts.Decides(f.Attribute))
                .Select(f => (f.Attribute, f.Value)).OrderBy(f => f.Attribute).ThenBy(f => f.Value, StringComparer.Ordinal);
    }
}
