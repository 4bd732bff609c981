using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;

namespace Wayward.Core.Detection;

/// <summary>
/// What a fleet learned: contacts that began while nothing could evaluate them. All instances are given once; then <see cref="Find"/> counts the contacts and names the instances whose histories
/// <see cref="Of"/> needs for the rows. Not thread-safe.
/// </summary>
public sealed class LearnedContacts(DetectionEngine engine)
{
    private readonly FleetState _state = new(engine);

    /// <summary>Takes in an instance, whole.</summary>
    public void Load(InstanceHistory history) => _state.Load(history);

    /// <summary>In place of <see cref="Load"/>: takes in an instance from its saved summary.</summary>
    /// <param name="lastSeen">Largest end of its records, Unix seconds; null = it was touched since, and the summary is not enough.</param>
    /// <returns>Unless it was taken, give the whole history to <see cref="Load"/>.</returns>
    public SavedSummary LoadSaved(InstanceKey key, byte[] content, long? lastSeen) => lastSeen is null ? SavedSummary.Outdated : _state.LoadSaved(key, content, lastSeen);

    /// <summary>Counts what was learned, and chooses what is listed: servers that the catalogue does not name first, then the newest.</summary>
    /// <param name="most">Contacts that are listed.</param>
    /// <returns>The number of learned contacts, and the instances of those that are listed.</returns>
    public (int Total, IReadOnlySet<InstanceKey> Instances) Find(int most)
    {
        var found = _state.Learned().ToList();
        return (found.Count, found.OrderBy(c => c.IsKnown).ThenByDescending(c => c.First).ThenBy(c => c.Instance).Take(most).Select(c => c.Instance).ToHashSet());
    }

    /// <summary>The learned contacts of these instances.</summary>
    /// <param name="histories">Whole.</param>
    public IEnumerable<AcceptedContact> Of(IEnumerable<InstanceHistory> histories) => _state.Accepted(histories).Where(a => a.Reason == AcceptedReason.Learned);

    /// <summary>The order in which they deserve a look: servers that answered and that the catalogue does not name first, then other such servers, then those that answered; within these the newest first.</summary>
    public static IOrderedEnumerable<AcceptedContact> Ranked(IEnumerable<AcceptedContact> contacts) =>
        contacts.OrderBy(c => c.Tier != CatalogTier.None).ThenByDescending(c => c.Answered).ThenByDescending(c => c.First).ThenBy(c => c.Instance).ThenBy(c => c.Destination);
}
