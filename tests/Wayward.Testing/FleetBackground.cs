using System.Globalization;
using Wayward.Core.Contacts;

namespace Wayward.Testing;

/// <summary>
/// A seeded fleet that does nothing wrong, over 120 days: groups that scale and are replaced, most on the VPC's resolver (of which no log tells), some on a public one, some on servers of their own; monthly jobs;
/// second addresses that are used rarely; a resolver changed by an image now and then; somebody's one query by hand. Histories are made on demand, the same each time.
/// </summary>
public sealed class FleetBackground
{
    public const int Days = 120;
    private const int GroupSize = 25;

    private static readonly (string First, string Second)[] Public = [("8.8.8.8", "8.8.4.4"), ("1.1.1.1", "1.0.0.1"), ("9.9.9.9", "149.112.112.112")];

    private readonly int _seed;

    public FleetBackground(int seed, int instances)
    {
        _seed = seed;
        Instances = instances;
        for (int i = 0; i < instances; i++) Keys.Add(new InstanceKey(string.Create(CultureInfo.InvariantCulture, $"i-{i:x17}")));
    }

    public int Instances { get; }
    public List<InstanceKey> Keys { get; } = [];
    public IEnumerable<InstanceHistory> Histories => Keys.Select(Of);
    public static long MaxStart => World.At(Days) - 60;

    /// <summary>Days on which instances were there, all together.</summary>
    public long InstanceDays { get; private set; }

    public void Count() => InstanceDays = Histories.Sum(h => (long)h.Coverage.Count);

    public InstanceHistory Of(InstanceKey key)
    {
        int number = int.Parse(key.Id.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        int group = number / GroupSize;
        var ours = new Random(HashOf(_seed, group, 1));
        var random = new Random(HashOf(_seed, number, 2));
        string asg = string.Create(CultureInfo.InvariantCulture, $"group-{group}");
        // Half of a group is there from the beginning, the rest comes when it scales and goes again.
        bool old = number % 2 == 0;
        int from = old ? 0 : random.Next(1, Days - 3);
        int to = old ? (random.Next(4) == 0 ? random.Next(60, Days) : Days) : Math.Min(Days, from + random.Next(3, 60));
        var history = new DirectHistory(key.Id, asg).Observed(from, to);

        int kind = ours.Next(10);
        int change = ours.Next(40) == 0 ? ours.Next(30, 110) : int.MaxValue;
        var (first, second) = Public[ours.Next(Public.Length)];
        string own = string.Create(CultureInfo.InvariantCulture, $"203.119.{group % 250}.{1 + group / 250}");
        if (kind >= 6)
        {
            string usual = kind == 9 ? own : first;
            history.Asks(usual, Daily(from, Math.Min(to, change), random));
            // A new image asks another operator; it comes to instances that start after the change.
            if (change < to) history.Asks(usual == "9.9.9.9" ? "1.1.1.1" : "9.9.9.9", Daily(Math.Max(from, change), to, random));
            if (kind != 9) history.Asks(second, Daily(from, to, random).Where(_ => random.Next(20) == 0));
        }
        // A job on one machine of some groups, on the first of each month.
        if (number % GroupSize == 0 && ours.Next(5) == 0) history.Asks("208.67.222.222", Enumerable.Range(0, 4).Select(m => m * 30.5 + 0.25).Where(d => d >= from && d < to));
        // Somebody tries something by hand: about once in 20,000 days of an instance.
        for (int day = from; day < to; day++)
            if (random.Next(20_000) == 0) history.Asks("94.140.14.14", [day + random.NextDouble() * 0.9]);
        return history.Build();
    }

    private static List<double> Daily(int from, int to, Random random)
    {
        var days = new List<double>();
        for (int day = from; day < to; day++) days.Add(day + 0.02 + random.NextDouble() * 0.9);
        return days;
    }

    private static int HashOf(int seed, int number, int purpose) => unchecked((seed * 1_000_003 + number) * 31 + purpose) & int.MaxValue;
}
