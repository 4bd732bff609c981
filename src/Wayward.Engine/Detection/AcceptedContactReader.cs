using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Engine.Inventories;
using Wayward.Storage.Expected;

namespace Wayward.Engine.Detection;

/// <summary>What was accepted of one instance without a finding.</summary>
public interface IAcceptedContactReader
{
    /// <summary>Ascending by destination and first contact; empty when the instance is not known. <see cref="RoleDay.Of"/> makes the daily summary of it.</summary>
    Task<IReadOnlyList<AcceptedContact>> ReadAsync(InstanceKey instance, CancellationToken cancellation);
}

/// <summary>
/// Reads the whole history of the instance, and the saved summaries of its groups' members where a group could have evaluated a young contact. Everything read is as of one moment, and nothing is stored, so
/// every process can do it.
/// </summary>
public sealed class AcceptedContactReader(IHistoryReader histories, IExpectedTargetStore expected, ICatalogProvider catalog, DetectionOptions options) : IAcceptedContactReader
{
    public async Task<IReadOnlyList<AcceptedContact>> ReadAsync(InstanceKey instance, CancellationToken cancellation)
    {
        var engine = new DetectionEngine(catalog.Current, await expected.AllAsync(cancellation), options);
        return await histories.ReadAsync(async (view, c) =>
        {
            if ((await view.LoadAsync(new HashSet<InstanceKey> { instance }, c)).Find(instance) is not { } history) return (IReadOnlyList<AcceptedContact>)[];
            var accepted = new AcceptedContacts(engine, history);
            if (accepted.Groups is { Count: > 0 } groups)
                await view.EachAsync(EvaluatedWith.Of(engine, view.Inventory), await view.MembersAsync(groups, c), accepted.TryAddSaved, accepted.Add, c);
            return accepted.List();
        }, cancellation);
    }
}
