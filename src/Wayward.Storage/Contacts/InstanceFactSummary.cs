using Wayward.Core.Contacts;

namespace Wayward.Storage.Contacts;

/// <summary>The latest value of each attribute, and the text that the instance list is searched by. Facts are added latest first.</summary>
internal sealed class InstanceFactSummary
{
    private const int MaxSearchLength = 4_000;

    private readonly Dictionary<InstanceAttribute, string> _latest = [];
    private readonly List<string> _search = [];

    public string? this[InstanceAttribute attribute] => _latest.GetValueOrDefault(attribute);

    public void Add(InstanceAttribute attribute, string value)
    {
        _latest.TryAdd(attribute, value);
        _search.Add(value);
    }

    /// <summary>Lower-case, one line a value, so that no match spans two of them.</summary>
    public string SearchText(InstanceKey key)
    {
        string text = string.Join('\n', _search.Prepend(key.Id)).ToLowerInvariant();
        return text.Length <= MaxSearchLength ? text : text[..MaxSearchLength];
    }
}
