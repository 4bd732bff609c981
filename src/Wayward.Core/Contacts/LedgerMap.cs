using System.Collections;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Wayward.Core.Contacts;

/// <summary>
/// What the ledger keeps by key: a few cells, days or facts for most instances, tens of thousands of endpoints for some. Entries stand in two arrays in the order they came; up to <see cref="MostScanned"/> are looked through, more have
/// an index by hash. Enumeration ascends by key, whatever order they came in. Nothing is ever taken out.
/// </summary>
/// <remarks>
/// Not the framework's collections, for two reasons. A fleet's batch has thousands of these with one or two entries each, where a dictionary takes 300 bytes and a sorted one a node an entry. And code of the framework's
/// collections over this assembly's types is in no image: it was compiled at every start, a few hundred methods. Any number of threads may read one that nobody changes.
/// </remarks>
[DebuggerDisplay("Count = {Count}")]
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "A map is one.")]
public sealed class LedgerMap<TKey, TValue> : IReadOnlyDictionary<TKey, TValue> where TKey : struct, IComparable<TKey>, IEquatable<TKey>
{
    private const int MostScanned = 8;

    private TKey[]? _keys;
    private TValue[]? _values;
    /// <summary>By the low bits of the hash the number of the entry added last, from 1; 0 for none.</summary>
    private int[]? _heads;
    /// <summary>For each entry the one before it with the same bits.</summary>
    private int[]? _next;
    private bool _descends;
    /// <summary>Entries ascending by key, where they did not come so; made when it is asked for.</summary>
    private int[]? _order;

    public int Count { get; private set; }

    /// <summary>Ascending.</summary>
    public KeyList Keys => new(this);

    /// <summary>Ascending by key.</summary>
    public ValueList Values => new(this);

    /// <exception cref="KeyNotFoundException">When read.</exception>
    public TValue this[TKey key]
    {
        get => Find(key) is var at and >= 0 ? _values![at] : throw new KeyNotFoundException($"There is no {key}.");
        set => GetValueRefOrAddDefault(key) = value;
    }

    public bool ContainsKey(TKey key) => Find(key) >= 0;

    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        int at = Find(key);
        value = at >= 0 ? _values![at] : default;
        return at >= 0;
    }

    /// <exception cref="ArgumentException">There is such a key.</exception>
    public void Add(TKey key, TValue value)
    {
        int before = Count;
        ref var slot = ref GetValueRefOrAddDefault(key)!;
        if (Count == before) throw new ArgumentException($"There is a {key} already.", nameof(key));
        slot = value;
    }

    /// <summary>The value's place, new and empty when there was no such key. Valid until the next one is added.</summary>
    public ref TValue? GetValueRefOrAddDefault(TKey key)
    {
        int at = Find(key);
        if (at < 0) at = Append(key);
        return ref _values![at]!;
    }

    private int Find(in TKey key)
    {
        var keys = _keys;
        if (_heads is not { } heads)
        {
            // From the end: what comes next is mostly about what came last.
            for (int i = Count - 1; i >= 0; i--)
                if (keys![i].Equals(key)) return i;
            return -1;
        }
        for (int i = heads[Bucket(key, heads.Length)] - 1; i >= 0; i = _next![i] - 1)
            if (keys![i].Equals(key)) return i;
        return -1;
    }

    private int Append(in TKey key)
    {
        int at = Count;
        if (_keys is null || at == _keys.Length) Grow();
        if (at > 0 && !_descends) _descends = key.CompareTo(_keys![at - 1]) < 0;
        _order = null;
        _keys![at] = key;
        Count = at + 1;
        if (_heads is not null) Link(at);
        return at;
    }

    private void Grow()
    {
        int size = Count switch { 0 => 1, 1 => 4, _ => Count * 2 };
        var (keys, values) = (new TKey[size], new TValue[size]);
        for (int i = 0; i < Count; i++) (keys[i], values[i]) = (_keys![i], _values![i]);
        (_keys, _values) = (keys, values);
        if (size <= MostScanned) return;
        (_heads, _next) = (new int[size * 2], new int[size]);
        for (int i = 0; i < Count; i++) Link(i);
    }

    private void Link(int at)
    {
        ref int head = ref _heads![Bucket(_keys![at], _heads.Length)];
        _next![at] = head;
        head = at + 1;
    }

    /// <summary>Sizes are powers of two.</summary>
    private static int Bucket(in TKey key, int size)
    {
        uint hash = (uint)key.GetHashCode() * 0x9E37_79B9U;
        return (int)(hash >> 8) & (size - 1);
    }

    /// <summary>Null when they came ascending.</summary>
    private int[]? Order()
    {
        if (!_descends) return null;
        if (Volatile.Read(ref _order) is { } known) return known;
        int[] order = new int[Count];
        for (int i = 0; i < order.Length; i++) order[i] = i;
        var keys = _keys!;
        Array.Sort(order, (a, b) => keys[a].CompareTo(keys[b]));
        Volatile.Write(ref _order, order);
        return order;
    }

    /// <summary>Ascending by key.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>As they came: for whoever goes through all of them where the order cannot matter.</summary>
    internal Arrivals InOrderOfArrival => new(this);

    IEnumerator<KeyValuePair<TKey, TValue>> IEnumerable<KeyValuePair<TKey, TValue>>.GetEnumerator() => GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    IEnumerable<TKey> IReadOnlyDictionary<TKey, TValue>.Keys => Keys;
    IEnumerable<TValue> IReadOnlyDictionary<TKey, TValue>.Values => Values;

    [SuppressMessage("Design", "CA1034:Nested types should not be visible", Justification = "As the framework's collections have it.")]
    [SuppressMessage("Performance", "CA1815:Override equals and operator equals on value types", Justification = "Nobody compares them.")]
    public struct Enumerator : IEnumerator<KeyValuePair<TKey, TValue>>
    {
        private readonly LedgerMap<TKey, TValue> _map;
        private readonly int[]? _order;
        private readonly int _count;
        private int _at = -1;

        internal Enumerator(LedgerMap<TKey, TValue> map) => (_map, _order, _count) = (map, map.Order(), map.Count);

        private readonly int Entry => _order is null ? _at : _order[_at];

        public readonly KeyValuePair<TKey, TValue> Current => new(Key, Value);
        internal readonly TKey Key => _map._keys![Entry];
        internal readonly TValue Value => _map._values![Entry];
        readonly object IEnumerator.Current => Current;
        /// <summary>What is added meanwhile is not seen.</summary>
        public bool MoveNext() => ++_at < _count;
        public void Reset() => _at = -1;
        public readonly void Dispose()
        {
        }
    }

    internal readonly struct Arrivals(LedgerMap<TKey, TValue> map)
    {
        public ArrivalEnumerator GetEnumerator() => new(map);
    }

    internal struct ArrivalEnumerator(LedgerMap<TKey, TValue> map)
    {
        private readonly int _count = map.Count;
        private int _at = -1;

        public readonly Entry Current => new(map._keys![_at], map._values![_at]);
        public bool MoveNext() => ++_at < _count;
    }

    /// <summary>Its code is in this assembly's image, as that of the framework's pairs is not.</summary>
    internal readonly struct Entry(TKey key, TValue value)
    {
        public void Deconstruct(out TKey entryKey, out TValue entryValue) => (entryKey, entryValue) = (key, value);
    }

    [SuppressMessage("Design", "CA1034:Nested types should not be visible", Justification = "As the framework's collections have it.")]
    [SuppressMessage("Performance", "CA1815:Override equals and operator equals on value types", Justification = "Nobody compares them.")]
    public readonly struct ValueList(LedgerMap<TKey, TValue> map) : IReadOnlyCollection<TValue>
    {
        public int Count => map.Count;
        public ValueEnumerator GetEnumerator() => new(map);
        IEnumerator<TValue> IEnumerable<TValue>.GetEnumerator() => GetEnumerator();
        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    [SuppressMessage("Design", "CA1034:Nested types should not be visible", Justification = "As the framework's collections have it.")]
    [SuppressMessage("Performance", "CA1815:Override equals and operator equals on value types", Justification = "Nobody compares them.")]
    public struct ValueEnumerator(LedgerMap<TKey, TValue> map) : IEnumerator<TValue>
    {
        private Enumerator _entries = map.GetEnumerator();

        public readonly TValue Current => _entries.Value;
        readonly object? IEnumerator.Current => Current;
        public bool MoveNext() => _entries.MoveNext();
        public void Reset() => _entries.Reset();
        public readonly void Dispose()
        {
        }
    }

    [SuppressMessage("Design", "CA1034:Nested types should not be visible", Justification = "As the framework's collections have it.")]
    [SuppressMessage("Performance", "CA1815:Override equals and operator equals on value types", Justification = "Nobody compares them.")]
    public readonly struct KeyList(LedgerMap<TKey, TValue> map) : IReadOnlyCollection<TKey>
    {
        public int Count => map.Count;
        public KeyEnumerator GetEnumerator() => new(map);
        IEnumerator<TKey> IEnumerable<TKey>.GetEnumerator() => GetEnumerator();
        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    [SuppressMessage("Design", "CA1034:Nested types should not be visible", Justification = "As the framework's collections have it.")]
    [SuppressMessage("Performance", "CA1815:Override equals and operator equals on value types", Justification = "Nobody compares them.")]
    public struct KeyEnumerator(LedgerMap<TKey, TValue> map) : IEnumerator<TKey>
    {
        private Enumerator _entries = map.GetEnumerator();

        public readonly TKey Current => _entries.Key;
        readonly object IEnumerator.Current => Current;
        public bool MoveNext() => _entries.MoveNext();
        public void Reset() => _entries.Reset();
        public readonly void Dispose()
        {
        }
    }
}
