using Wayward.Core.Contacts;

namespace Wayward.Core.Detection;

/// <summary>
/// What the judgement takes for the contacts of one endpoint, over all its history: every run in which something is proven.
/// </summary>
/// <param name="First">Start of the first, Unix seconds.</param>
/// <param name="Last">Largest end.</param>
/// <param name="Answered">An accepted record came back inside a run or within <see cref="DetectionOptions.AnswerGrace"/> after it.</param>
public readonly record struct ContactSpan(long First, long Last, bool Answered)
{
    /// <param name="cells">Ascending by hour.</param>
    /// <returns>Null when none of them is a contact.</returns>
    public static ContactSpan? Of(Endpoint endpoint, List<ContactHour> cells, DetectionOptions options)
    {
        var parameters = new Parameters(options, Boundaries.Exact);
        List<EpisodeCell> contacts = [];
        List<EpisodeSpan> runs = [];
        EpisodeCells.Add(contacts, endpoint, cells, decide: null);
        EpisodeCells.Episodes(contacts, parameters, runs);
        return runs.Count == 0 ? null
            : new ContactSpan(runs[0].Start, runs.Max(r => r.End), runs.Exists(r => cells.Exists(c => c.IsAnswered(r.Start, r.End + parameters.AnswerGrace))));
    }
}
