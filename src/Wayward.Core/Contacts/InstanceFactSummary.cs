namespace Wayward.Core.Contacts;

/// <summary>The latest value of each attribute of an instance, and the text that the instance list is searched by.</summary>
public sealed class InstanceFactSummary
{
    private const int MaxSearchLength = 4_000;

    private readonly Dictionary<InstanceAttribute, string> _latest = [];
    private readonly List<string> _values = [];

    /// <param name="facts">In any order. Of facts that ended at the same time the one with the smaller value counts.</param>
    public InstanceFactSummary(IEnumerable<InstanceFact> facts)
    {
        foreach (var fact in facts.OrderBy(f => f.Attribute).ThenByDescending(f => f.Last).ThenBy(f => f.Value, StringComparer.Ordinal))
        {
            _latest.TryAdd(fact.Attribute, fact.Value);
            if (fact.Attribute != InstanceAttribute.FlowLog) _values.Add(fact.Value);
        }
    }

    /// <summary>Null when nothing is known of the attribute.</summary>
    public string? this[InstanceAttribute attribute] => _latest.GetValueOrDefault(attribute);

    /// <summary>Lower-case, one line a value, so that no match spans two of them.</summary>
    public string SearchText(InstanceKey key)
    {
        string text = string.Join('\n', _values.Prepend(key.Id)).ToLowerInvariant();
        return text.Length <= MaxSearchLength ? text : text[..MaxSearchLength];
    }
}
