using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>
/// Lookups from the root down, as <c>dig +trace</c> makes them: a root or TLD server answers, and the servers that it names are asked within moments. Servers that are asked again later are not among them,
/// so that nobody hides a server of his own behind one question to the root.
/// </summary>
internal static class Traces
{
    /// <summary>Hours in which a root or TLD server answered, ascending: first contact, and the latest contact so far, Unix seconds.</summary>
    public static List<(long First, long Last)> Of(IReadOnlyList<DestinationPairs> pairs)
    {
        var steps = new List<(long, long)>();
        foreach (var destination in pairs)
        {
            if (destination.Destination.Transport != DnsTransport.Dns || destination.Entry is not { Tier: CatalogTier.Authoritative }) continue;
            foreach (var (_, _, cells) in destination.Endpoints)
                foreach (var cell in cells)
                    if (cell.HasContact && cell.LastAnswer >= cell.FirstContact) steps.Add((cell.FirstContact, cell.LastContact));
        }
        steps.Sort();
        for (int i = 1; i < steps.Count; i++) steps[i] = (steps[i].Item1, Math.Max(steps[i].Item2, steps[i - 1].Item2));
        return steps;
    }

    /// <summary>Tells of each episode of an uncatalogued target whether it is a step of a lookup.</summary>
    public static void Tell(List<EpisodeSpan> episodes, List<(long First, long Last)> steps, PatternOptions options)
    {
        if (steps.Count == 0) return;
        long window = (long)options.TraceWindow.TotalSeconds;
        for (int i = 0; i < episodes.Count; i++)
        {
            var episode = episodes[i];
            int after = steps.BinarySearch((episode.Start, long.MaxValue));
            int last = (after < 0 ? ~after : after) - 1;
            episodes[i] = episode with { IsTraced = last >= 0 && steps[last].Last + window >= episode.Start && episode.End - episode.Start <= UnixTime.HourSeconds };
        }
    }
}
