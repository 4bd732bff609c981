using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;

namespace Wayward.Core.Detection;

/// <summary>
/// Carries a summary on with nothing but the changed part of a history. Cells and coverage only ever grow (what takes something away is read whole), so runs of what was known and of what is new are
/// the runs of both together. Where growth can take something back, or the summary has forgotten what it would take, the answer is that it cannot tell; never a guess.
/// </summary>
internal static class SummaryExtension
{
    /// <summary>Can any tail carry it on?</summary>
    public static bool IsPossible(InstanceSummary summary) => !summary.NeedsWhole && summary.IsConstant && summary.Epochs.Length > 0;

    /// <returns>What <see cref="InstanceSummary.Of"/> makes of the whole history; null = only that can tell.</returns>
    public static InstanceSummary? Of(InstanceSummary old, HistoryTail tail, ResolverCatalog catalog, ExpectedMatcher matcher, Parameters parameters)
    {
        var part = tail.Part;
        if (!IsPossible(old) || !SameFacts(old.Facts, part.Facts, matcher) || matcher.RolesOf(part) != Roles.None) return null;
        if (Epochs(old, tail, parameters) is not { } epochs || Changed(old, tail, catalog, matcher, parameters) is not var (changed, begun)) return null;
        var episodes = changed.ToDictionary(c => c.Key, c => Merge(old.Find(c.Key)!.Episodes, c.Value, parameters));
        // What was rejected before a first contact stands in cells that the tail need not have.
        if (episodes.Any(e => e.Key.Transport != DnsTransport.Dns && !e.Value.Select(s => s.Start).SequenceEqual(old.Find(e.Key)!.Episodes.Select(s => s.Start)))) return null;
        return InstanceSummary.Restore(old.Key, part.Facts, epochs, static () => [], old.Roles, old.Rejects, needsWhole: false, summary => [.. old.Destinations.Select(d => new DestinationSummary
        {
            Instance = summary, Destination = d.Destination, Entry = d.Entry, Required = d.Required, NeedsWhole = d.NeedsWhole, Tunnels = d.Tunnels,
            Episodes = episodes.GetValueOrDefault(d.Destination) ?? d.Episodes,
        }).Concat(begun.Select(b => new DestinationSummary { Instance = summary, Destination = b.Pairs.Destination, Entry = b.Pairs.Entry, Required = b.Pairs.Required, Episodes = b.Episodes })).OrderBy(d => d.Destination)]);
    }

    /// <summary>Facts that decide about cohorts, scopes and roles: one value each, and the same as before, so that when they held does not matter.</summary>
    private static bool SameFacts(IReadOnlyList<InstanceFact> old, IReadOnlyList<InstanceFact> now, ExpectedMatcher matcher)
    {
        bool ofInterfaces = matcher.Rules.Any(r => r.Scope.Interfaces.Count > 0);
        var before = Deciding(old).ToList();
        var after = Deciding(now).ToList();
        return before.Select(f => f.Attribute).Distinct().Count() == before.Count && before.Select(f => (f.Attribute, f.Value)).SequenceEqual(after.Select(f => (f.Attribute, f.Value)));

        IEnumerable<InstanceFact> Deciding(IReadOnlyList<InstanceFact> facts) => facts
            .Where(f => f.Attribute is InstanceAttribute.Account or InstanceAttribute.Vpc or InstanceAttribute.Subnet or InstanceAttribute.Asg or InstanceAttribute.LaunchTemplate or InstanceAttribute.Image or InstanceAttribute.Role or InstanceAttribute.OwnNetwork
                || (ofInterfaces && f.Attribute == InstanceAttribute.Interface))
            .OrderBy(f => f.Attribute).ThenBy(f => f.Value, StringComparer.Ordinal);
    }

    private static EpochSpan[]? Epochs(InstanceSummary old, HistoryTail tail, Parameters parameters)
    {
        var epochs = Runs.Of(old.Epochs.Concat(tail.Part.Coverage.Values.Select(d => new EpochSpan(d.FirstStart, d.LastEnd))).OrderBy(e => e.Start).ThenBy(e => e.End), parameters);
        // Something was taken away.
        if (epochs[^1].End > tail.LastSeen) return null;
        // The largest end of all lies in the last run, whichever day's records reach it.
        epochs[^1] = epochs[^1] with { End = tail.LastSeen };
        return epochs;
    }

    /// <summary>The contacts of changed destinations, and the episodes of those that are new; null = its whole history is needed.</summary>
    private static (Dictionary<Destination, List<EpisodeSpan>> Changed, List<(DestinationPairs Pairs, EpisodeSpan[] Episodes)> Begun)? Changed(
        InstanceSummary old, HistoryTail tail, ResolverCatalog catalog, ExpectedMatcher matcher, Parameters parameters)
    {
        var part = tail.Part;
        var changed = new Dictionary<Destination, List<EpisodeSpan>>();
        var begun = new List<(DestinationPairs, EpisodeSpan[])>();
        var cells = new List<EpisodeCell>();
        var all = DestinationPairs.Of(part, catalog);
        if (DnsVolumes.IsPossible(all, parameters)) return null;
        foreach (var pairs in all)
        {
            var known = old.Find(pairs.Destination);
            foreach (var (endpoint, entry, hours) in pairs.Endpoints)
            {
                if (known is not null && !Names(known, endpoint, entry)) return null;
                if (endpoint.Class == FlowClass.ServerPort) return null;
                foreach (var cell in hours)
                {
                    // Where a run begins, who spoke first takes the whole history to tell.
                    if (cell.HasContact && cell.FirstAnswer < cell.FirstContact && (cell.Flags & ContactFlags.SynSent) == 0 && !CarriesOn(known, cell, parameters)) return null;
                    if (endpoint.Port is 53 or 853 && cell.OutRejected.Records > 0) return null;
                }
            }
            if (known is null && tail.Whole.Contains(pairs.Destination.Address))
            {
                if (Begun(pairs, part, matcher, parameters, cells) is not { } episodes) return null;
                if (episodes.Length > 0) begun.Add((pairs, episodes));
                continue;
            }
            pairs.Collect(part, matcher, parameters, cells, continues: true);
            foreach (var cell in cells)
            {
                if (!cell.Cell.HasContact || cell.IsForbidden) return null;
                if (cell.IsExpected) continue;
                // Of an uncatalogued target, all contacts together tell whether they are regular.
                if (known is null || known.NeedsWhole || !cell.IsProven) return null;
                if (!changed.TryGetValue(pairs.Destination, out var spans)) changed.Add(pairs.Destination, spans = []);
                spans.Add(new EpisodeSpan(cell.Start, cell.End, long.MaxValue, 0));
            }
        }
        return (changed, begun);
    }

    /// <summary>The episodes of a catalogued plain resolver of which the tail holds all cells. What was rejected before other targets, and whether the contacts of uncatalogued ones are regular, takes the whole history to tell.</summary>
    private static EpisodeSpan[]? Begun(DestinationPairs pairs, InstanceHistory part, ExpectedMatcher matcher, Parameters parameters, List<EpisodeCell> cells)
    {
        if (pairs.Entry is null || pairs.Destination.Transport != DnsTransport.Dns) return null;
        var unclear = new List<EpisodeCell>();
        var episodes = new List<EpisodeSpan>();
        pairs.Collect(part, matcher, parameters, cells, unclear);
        if (unclear.Count > 0 || cells.Exists(static c => !c.Cell.HasContact || c.IsForbidden) || !EpisodeCells.Episodes(cells, parameters, episodes)) return null;
        return [.. episodes];
    }

    private static bool CarriesOn(DestinationSummary? known, ContactHour cell, Parameters parameters) =>
        known?.Episodes[^1] is { } last && cell.FirstContact >= last.Start && parameters.Boundaries.Joins(cell.FirstContact - last.End, parameters.History);

    /// <summary>Would this endpoint, were it a new one, leave the target's name and the entries that it needs as they are?</summary>
    private static bool Names(DestinationSummary known, Endpoint endpoint, CatalogEntry? entry) =>
        (entry is null || entry.Id == known.Entry?.Id)
        && (known.Required is null || (TargetNames.NeedsEntry(endpoint.Port) && entry is not null && known.Required.Any(r => r.Id == entry.Id)));

    private static EpisodeSpan[] Merge(EpisodeSpan[] known, List<EpisodeSpan> more, Parameters parameters)
    {
        var merged = new List<EpisodeSpan>(known.Length + 1);
        foreach (var next in known.Concat(more).OrderBy(s => s.Start).ThenBy(s => s.End))
        {
            if (merged.Count == 0 || !parameters.Boundaries.Joins(next.Start - merged[^1].End, parameters.History))
            {
                merged.Add(next);
                continue;
            }
            var run = merged[^1] with { End = Math.Max(merged[^1].End, next.End) };
            merged[^1] = next.ForbiddenFrom < run.ForbiddenFrom ? run with { ForbiddenFrom = next.ForbiddenFrom, ForbiddenBy = next.ForbiddenBy } : run;
        }
        return [.. merged];
    }
}
