using Wayward.Core.Detection;

namespace Wayward.Core.Tests.Detection;

public class SlidingMaximumTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(1_000)]
    public void It_is_the_first_of_the_greatest_values_since_a_position(int values)
    {
        for (int seed = 1; seed <= 50; seed++)
        {
            var random = new Random(seed);
            var sliding = new SlidingMaximum<(int Key, int Serial)>(static (a, b) => a.Key.CompareTo(b.Key));
            var all = new List<(int Position, (int Key, int Serial) Value)>();
            int position = 0, since = 0;
            for (int i = 0; i < 500; i++)
            {
                position += random.Next(2);
                var value = (random.Next(values), i);
                all.Add((position, value));
                sliding.Add(position, value);
                if (random.Next(3) == 0) since = random.Next(since, position + 2);

                var inside = all.Where(v => v.Position >= since).Select(v => v.Value).ToList();
                bool any = sliding.TryGetSince(since, out var greatest);
                Assert.True(any == (inside.Count > 0), $"seed {seed}, value {i}");
                if (any) Assert.True(greatest == inside.First(v => v.Key == inside.Max(m => m.Key)), $"seed {seed}, value {i}: {greatest}");
            }
        }
    }
}
