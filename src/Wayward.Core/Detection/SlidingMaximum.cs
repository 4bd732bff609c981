namespace Wayward.Core.Detection;

/// <summary>The greatest of the values added since a position, where the position only moves forward: constant time for each value on average.</summary>
/// <param name="compare">Order of the values. Of equal ones, the first added is the greatest.</param>
internal sealed class SlidingMaximum<T>(Comparison<T> compare)
{
    // Values that a later, greater one makes irrelevant are gone, so the rest falls from the first to the last.
    private readonly List<(int Position, T Value)> _falling = [];
    private int _first;

    /// <param name="position">Not less than any position before.</param>
    public void Add(int position, T value)
    {
        int end = _falling.Count;
        while (end > _first && compare(_falling[end - 1].Value, value) < 0) end--;
        _falling.RemoveRange(end, _falling.Count - end);
        _falling.Add((position, value));
    }

    /// <summary>The greatest value added at <paramref name="position"/> or later; false when there is none. Values before it are forgotten.</summary>
    public bool TryGetSince(int position, out T value)
    {
        while (_first < _falling.Count && _falling[_first].Position < position) _first++;
        if (_first > 64 && 2 * _first > _falling.Count)
        {
            _falling.RemoveRange(0, _first);
            _first = 0;
        }
        bool any = _first < _falling.Count;
        value = any ? _falling[_first].Value : default!;
        return any;
    }
}
