using System.Globalization;

namespace Wayward.Core.Timeline;

/// <summary>
/// How far the parts of a <see cref="LaneList"/> are unfolded, as an address holds it: <c>new*2,usual/9.9.9.0_24*1</c>. A part is named by its key; the number is how many pages of
/// <see cref="LaneList.PageSize"/> are shown beyond what is shown unasked.
/// </summary>
public sealed record LaneUnfolding
{
    private const int MaxParts = 40, MaxPages = 400;

    public static readonly LaneUnfolding None = new();

    private readonly SortedDictionary<string, int> _pages = new(StringComparer.Ordinal);

    public int PagesOf(string key) => _pages.GetValueOrDefault(key);

    public static LaneUnfolding Read(string? text)
    {
        var read = new LaneUnfolding();
        foreach (string part in (text ?? "").Split(',').Take(MaxParts))
        {
            int star = part.LastIndexOf('*');
            if (star > 0 && int.TryParse(part.AsSpan(star + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int pages) && pages is > 0 and <= MaxPages) read._pages[part[..star]] = pages;
        }
        return read;
    }

    /// <summary>The text of an address with another number of pages for one part; 0 folds it. Null = nothing is unfolded.</summary>
    public string? With(string key, int pages)
    {
        var parts = _pages.Where(p => p.Key != key).ToList();
        if (pages > 0) parts.Add(new(key, pages));
        return parts.Count == 0 ? null : string.Join(',', parts.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Key}*{p.Value}")));
    }
}
