using Wayward.Core.Contacts;

namespace Wayward.Core.Detection;

/// <summary>
/// What the evaluation takes for the contacts of one endpoint, over all its history: every run in which something is proven.
/// </summary>
/// <param name="First">Start of the first, Unix seconds.</param>
/// <param name="Last">Largest end.</param>
/// <param name="Answered">An accepted record came back inside a run or within <see cref="DetectionOptions.AnswerGrace"/> after it.</param>
public readonly record struct ContactSpan(long First, long Last, bool Answered);

/// <summary>Tells endpoints' <see cref="ContactSpan"/>s, one after the other. Not thread-safe.</summary>
public sealed class ContactSpans(DetectionOptions options)
{
    private readonly Parameters _parameters = new(options, Boundaries.Exact);
    private readonly List<EpisodeCell> _contacts = [];
    private readonly List<EpisodeSpan> _runs = [];

    /// <param name="cells">Ascending by hour.</param>
    /// <returns>Null when none of them is a contact.</returns>
    public ContactSpan? Of(Endpoint endpoint, List<ContactHour> cells)
    {
        _contacts.Clear();
        _runs.Clear();
        EpisodeCells.Add(_contacts, endpoint, cells, decide: null);
        EpisodeCells.Episodes(_contacts, _parameters, _runs);
        return _runs.Count == 0 ? null
            : new ContactSpan(_runs[0].Start, _runs.Max(r => r.End), _runs.Exists(r => cells.Exists(c => c.IsAnswered(r.Start, r.End + _parameters.AnswerGrace))));
    }
}
