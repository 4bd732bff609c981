using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>
/// What the evaluation takes for the contacts of one endpoint, over all its history: every run in which something is proven.
/// </summary>
/// <param name="First">Start of the first, Unix seconds.</param>
/// <param name="Last">Largest end.</param>
/// <param name="Answered">An accepted record came back inside a run or within <see cref="DetectionOptions.AnswerGrace"/> after it.</param>
public readonly record struct ContactSpan(long First, long Last, bool Answered);

/// <summary>Tells endpoints' <see cref="ContactSpan"/>s, one after the other. Not thread-safe.</summary>
public sealed class ContactSpans(ResolverCatalog catalog, DetectionOptions options)
{
    private (InstanceHistory History, SpokeFirst Opener)? _first;
    private readonly Parameters _parameters = new(options, Boundaries.Exact);
    private readonly List<EpisodeCell> _contacts = [];
    private readonly List<EpisodeSpan> _runs = [];

    /// <param name="history">Of the instance whose endpoint it is.</param>
    /// <param name="cells">Ascending by hour.</param>
    /// <returns>Null when none of them is a contact.</returns>
    public ContactSpan? Of(InstanceHistory history, Endpoint endpoint, List<ContactHour> cells)
    {
        _contacts.Clear();
        _runs.Clear();
        if (_first?.History != history) _first = (history, new SpokeFirst(history, Roles.Of(history, catalog, options.Patterns), options.Patterns, _parameters));
        EpisodeCells.Add(_contacts, endpoint, cells, _first.Value.Opener, decide: null);
        _first.Value.Opener.TakeUnclear(_contacts, continues: false, unclear: null);
        EpisodeCells.Episodes(_contacts, _parameters, _runs);
        return _runs.Count == 0 ? null
            : new ContactSpan(_runs[0].Start, _runs.Max(r => r.End), _runs.Exists(r => cells.Exists(c => c.IsAnswered(r.Start, r.End + _parameters.AnswerGrace))));
    }
}
