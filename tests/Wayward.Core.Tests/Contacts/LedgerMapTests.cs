using Wayward.Core.Contacts;
using Wayward.FlowLogs;

namespace Wayward.Core.Tests.Contacts;

public sealed class LedgerMapTests
{
    /// <summary>All keys in one bucket: what is left is the walk along the chain.</summary>
    private readonly record struct Clashing(int Number) : IComparable<Clashing>
    {
        public int CompareTo(Clashing other) => Number.CompareTo(other.Number);
        public override int GetHashCode() => 7;
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(1, 10)]
    [InlineData(9, 4)]
    [InlineData(300, 100)]
    [InlineData(5_000, 100_000)]
    public void It_holds_what_a_sorted_dictionary_holds(int operations, int keys)
    {
        int seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        Compare(seed, operations, keys, number => new Endpoint(IpAddress.FromIPv4((uint)number * 0x0101_0101U), (byte)(number % 2 == 0 ? 6 : 17), (ushort)(number % 7)));
        Compare(seed, operations, keys, number => new CellKey(new Endpoint(IpAddress.FromIPv4((uint)(number / 5)), 17, 53), number % 5));
        Compare(seed, operations, keys, number => new FactKey((InstanceAttribute)(number % 3 + 1), $"value {number / 3}"));
        Compare(seed, operations, keys, number => new InstanceKey($"i-{number:x}"));
        Compare(seed, Math.Min(operations, 500), keys, number => new Clashing(number));
    }

    private static void Compare<TKey>(int seed, int operations, int keys, Func<int, TKey> make) where TKey : struct, IComparable<TKey>, IEquatable<TKey>
    {
        var random = new Random(seed);
        var map = new LedgerMap<TKey, string>();
        var expected = new SortedDictionary<TKey, string>();
        for (int i = 0; i < operations; i++)
        {
            var key = make(random.Next(keys));
            switch (random.Next(5))
            {
                case 0: Assert.Equal(expected.TryGetValue(key, out string? one), map.TryGetValue(key, out string? other)); Assert.Equal(one, other); break;
                case 1: expected[key] = map[key] = $"set {i}"; break;
                case 2: Assert.Equal(expected.ContainsKey(key), map.ContainsKey(key)); break;
                case 3 when expected.ContainsKey(key): Assert.Throws<ArgumentException>(() => map.Add(key, "twice")); break;
                case 3:
                    expected.Add(key, $"added {i}");
                    map.Add(key, $"added {i}");
                    break;
                default:
                    ref string? slot = ref map.GetValueRefOrAddDefault(key);
                    Assert.Equal(expected.GetValueOrDefault(key), slot);
                    slot = expected[key] = $"slot {i}";
                    break;
            }
            // Read in between, too: what was sorted for one reader must not be what the next one sees after another entry.
            if (i % 97 == 0) Assert.Equal(expected, map);
        }
        Assert.Equal(expected, map);
        Assert.Equal(expected.Keys, map.Keys);
        Assert.Equal(expected.Values, map.Values);
        Assert.Equal(expected.Count, map.Count);
        Assert.Equal(expected.Count, map.Values.Count);
        var arrived = new List<KeyValuePair<TKey, string>>();
        foreach (var (key, value) in map.InOrderOfArrival) arrived.Add(new(key, value));
        Assert.Equal(expected, arrived.OrderBy(e => e.Key));
    }

    [Fact]
    public void What_is_added_while_it_is_enumerated_is_not_seen()
    {
        var map = new LedgerMap<int, string>();
        foreach (int key in new[] { 5, 3, 9 }) map.Add(key, "old");
        var seen = new List<int>();
        foreach (var (key, _) in map)
        {
            seen.Add(key);
            map[key + 100] = "new";
        }
        Assert.Equal([3, 5, 9], seen);
        Assert.Equal([3, 5, 9, 103, 105, 109], map.Keys);
    }

    [Fact]
    public void A_key_that_is_not_there_is_named()
    {
        var map = new LedgerMap<InstanceKey, string>();
        Assert.Contains("i-1", Assert.Throws<KeyNotFoundException>(() => map[new("i-1")]).Message, StringComparison.Ordinal);
        Assert.Empty(map);
    }

    [Fact]
    public void Many_readers_at_once_see_the_same_order()
    {
        for (int round = 0; round < 50; round++)
        {
            var map = new LedgerMap<int, int>();
            for (int i = 0; i < 200; i++) map.Add(i * 7919 % 1009, i);
            int[][] orders = new int[8][];
            Parallel.For(0, orders.Length, reader => orders[reader] = [.. map.Keys]);
            Assert.All(orders, order => Assert.Equal(orders[0].Order(), order));
        }
    }
}
