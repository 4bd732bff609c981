namespace Wayward.Core.Detection;

/// <summary>Contacts that follow each other like clockwork, as those of a program do that waits for orders.</summary>
internal static class Regularity
{
    /// <param name="contacts">One start for each hour with contact, ascending, Unix seconds.</param>
    /// <param name="mean">Mean gap in seconds.</param>
    /// <param name="deviation">Standard deviation of the gaps over their mean.</param>
    public static bool Is(IReadOnlyList<long> contacts, ScoringOptions options, out double mean, out double deviation)
    {
        mean = deviation = 0;
        if (contacts.Count < Math.Max(2, options.RegularMinimumHours)) return false;
        mean = (contacts[^1] - contacts[0]) / (double)(contacts.Count - 1);
        double squares = 0;
        for (int i = 1; i < contacts.Count; i++) squares += Math.Pow(contacts[i] - contacts[i - 1] - mean, 2);
        deviation = Math.Sqrt(squares / (contacts.Count - 1)) / mean;
        return deviation < options.RegularDeviation;
    }

    /// <summary>Tells of each episode whether its contacts are regular.</summary>
    public static void Tell(List<EpisodeSpan> episodes, List<EpisodeCell> cells, ScoringOptions options)
    {
        for (int i = 0; i < episodes.Count; i++)
            episodes[i] = episodes[i] with { IsRegular = Is(Contacts(cells, episodes[i].Start, episodes[i].End), options, out _, out _) };
    }

    /// <summary>The starts that <see cref="Is"/> wants, of the cells of an episode.</summary>
    public static List<long> Contacts(List<EpisodeCell> cells, long start, long end)
    {
        var contacts = new List<long>();
        foreach (var cell in cells)
        {
            if (cell.IsExpected || cell.Start < start || cell.Start > end) continue;
            // Two endpoints of one destination in the same hour are one contact in time.
            if (contacts.Count == 0 || Wayward.Core.Contacts.UnixTime.Hour(cell.Start) != Wayward.Core.Contacts.UnixTime.Hour(contacts[^1])) contacts.Add(cell.Start);
        }
        return contacts;
    }
}
