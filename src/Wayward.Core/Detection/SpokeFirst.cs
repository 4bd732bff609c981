using Wayward.Core.Contacts;

namespace Wayward.Core.Detection;

/// <summary>
/// Who spoke first, where neither ports nor flags tell: which contact records of one instance are unclear. An unclear record is kept and counted, and is never a contact.
/// Our own SYN always settles it. A server's port alone proves nothing, since whoever is root can bind it.
/// </summary>
internal sealed class SpokeFirst(InstanceHistory history, Roles roles, PatternOptions patterns, Parameters parameters)
{
    private HashSet<int>? _egressHours;

    /// <summary>Takes the unclear cells out of a destination's.</summary>
    /// <param name="cells">Of one destination, ascending by start.</param>
    /// <param name="continues">They carry on a run that is known to be ours, so that an answer which precedes the first question of an hour proves nothing.</param>
    /// <param name="unclear">Gets what is taken out; null when nobody needs it.</param>
    public void TakeUnclear(List<EpisodeCell> cells, bool continues, List<EpisodeCell>? unclear)
    {
        int kept = 0;
        long last = 0;
        bool farEnd = false;
        for (int i = 0; i < cells.Count; i++)
        {
            var cell = cells[i];
            bool settled = (cell.Cell.Flags & ContactFlags.SynSent) != 0 || !cell.Cell.HasContact;
            if (settled) farEnd = false;
            // In its first hour the far end spoke strictly first; later hours carry that on until we speak strictly first in one.
            else if (last == 0 || !parameters.Boundaries.Joins(cell.Start - last, parameters.History)) farEnd = !continues && cell.Cell.FirstAnswer < cell.Cell.FirstContact;
            else farEnd &= cell.Cell.FirstAnswer <= cell.Cell.FirstContact;
            last = Math.Max(last, cell.End);
            if (!settled && (farEnd || AnswersThere(cell))) unclear?.Add(cell);
            else cells[kept++] = cell;
        }
        cells.RemoveRange(kept, cells.Count - kept);
    }

    /// <summary>
    /// May an accepted SYN+ACK stand in for our SYN? Only where egress records are missing altogether: not in an hour that has any of this instance, and not where we reset what came.
    /// </summary>
    public bool StandsIn(ContactHour cell)
    {
        if ((cell.Flags & ContactFlags.SynAckReceived) == 0 || (cell.Flags & ContactFlags.ResetSent) != 0) return false;
        _egressHours ??= [.. history.Pairs.Values.SelectMany(cells => cells).Where(c => c.HasContact).Select(c => c.Hour)];
        return !_egressHours.Contains(cell.Hour);
    }

    /// <summary>From a server's port: does this instance serve there?</summary>
    private bool AnswersThere(EpisodeCell cell)
    {
        if (cell.Endpoint.Class != FlowClass.ServerPort) return false;
        bool dns = (cell.Cell.Flags & ContactFlags.BothPortsService) != 0;
        if (dns && roles.ServesDns(cell.Start, patterns)) return true;
        foreach (var (endpoint, hours) in history.Pairs)
        {
            // Pairs ascend by address, and no address is smaller than none.
            if (!endpoint.Address.IsNone) break;
            if (endpoint.Class != FlowClass.ServerPort || endpoint.Protocol != cell.Endpoint.Protocol || endpoint.Port == 53 != dns) continue;
            if (At(hours, cell.Cell.Hour) is not { } clients || !clients.InnerSources.Any(c => c != cell.Endpoint.Address)) continue;
            // Strangers knock on every open port 53; only an answer makes a server of it.
            if (!dns || (history.Pairs.TryGetValue(ContactHour.Served, out var answered) && At(answered, cell.Cell.Hour) is not null)) return true;
        }
        return false;
    }

    private static ContactHour? At(List<ContactHour> hours, int hour)
    {
        foreach (var cell in hours)
            if (cell.Hour == hour) return cell;
        return null;
    }
}
