using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;

namespace Wayward.Core.Detection;

/// <summary>A cell of one destination with the span it proves.</summary>
/// <param name="Start">First contact, Unix seconds.</param>
/// <param name="End">Last contact.</param>
/// <param name="Rule">The rule that decides for it, or null.</param>
internal readonly record struct EpisodeCell(Endpoint Endpoint, ContactHour Cell, long Start, long End, ExpectedTarget? Rule)
{
    public bool IsExpected => Rule is { Action: ExpectedAction.Expected };
    public bool IsForbidden => Rule is { Action: ExpectedAction.Forbid };
    public bool IsProven => (Cell.Flags & (ContactFlags.Proven | ContactFlags.SynAckReceived)) != 0 || ((Cell.Flags & ContactFlags.SynSized) != 0 && !Cell.MayBeHalfOpen(Endpoint.Address));
}

/// <summary>
/// The cells of a destination that hold contacts, ascending by start. Where egress records are missing, an accepted SYN+ACK from the service port stands in for them.
/// </summary>
internal static class EpisodeCells
{
    public static void Add(List<EpisodeCell> into, Endpoint endpoint, List<ContactHour> cells, SpokeFirst first, Func<ContactHour, ExpectedTarget?>? decide)
    {
        if (endpoint.Class == FlowClass.OwnNetwork) return;
        for (int i = 0; i < cells.Count; i++)
        {
            var cell = cells[i];
            if (cell.HasContact) into.Add(new EpisodeCell(endpoint, cell, cell.FirstContact, cell.LastContact, decide?.Invoke(cell)));
            else if (!HasContactNextTo(cells, i) && first.StandsIn(cell))
                into.Add(new EpisodeCell(endpoint, cell, cell.FirstAnswer, cell.LastAnswer, decide?.Invoke(cell)));
        }
    }

    /// <summary>Cells of several endpoints come one endpoint after the other; the same start breaks by end, which cannot change a run.</summary>
    public static void Sort(List<EpisodeCell> cells) =>
        cells.Sort(static (a, b) => (a.Start, a.End, a.Endpoint).CompareTo((b.Start, b.End, b.Endpoint)));

    /// <summary>Maximal runs of the cells that no rule expects. A run in which nothing is proven is none.</summary>
    /// <returns>False = there was a run in which nothing was proven: a later contact may join it.</returns>
    public static bool Episodes(List<EpisodeCell> cells, Parameters parameters, List<EpisodeSpan> into)
    {
        bool open = false, proven = false, allProven = true;
        EpisodeSpan run = default;
        foreach (var cell in cells)
        {
            if (cell.IsExpected) continue;
            if (open && parameters.Boundaries.Joins(cell.Start - run.End, parameters.History))
            {
                run = run with { End = Math.Max(run.End, cell.End) };
            }
            else
            {
                if (open && proven) into.Add(run);
                allProven &= !open || proven;
                (open, proven) = (true, false);
                run = new EpisodeSpan(cell.Start, cell.End, long.MaxValue, 0);
            }
            proven |= cell.IsProven;
            if (cell.IsForbidden && !run.IsForbidden) run = run with { ForbiddenFrom = cell.Start, ForbiddenBy = cell.Rule!.Id };
        }
        if (open && proven) into.Add(run);
        return allProven && (!open || proven);
    }

    // In the neighbouring hours the egress records tell the same contact more exactly.
    private static bool HasContactNextTo(List<ContactHour> cells, int i) =>
        (i > 0 && cells[i - 1].HasContact && cells[i].Hour - cells[i - 1].Hour == 1) ||
        (i + 1 < cells.Count && cells[i + 1].HasContact && cells[i + 1].Hour - cells[i].Hour == 1);
}
