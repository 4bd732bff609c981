using System.Globalization;
using Wayward.Core.Contacts;

namespace Wayward.Testing;

/// <summary>
/// A seeded fleet that does nothing wrong, over 120 days: groups that scale and are replaced, most on the VPC's resolver (of which no log tells), some on a public one, some on servers of their own; monthly jobs;
/// second addresses that are used rarely; a resolver changed by an image now and then; somebody's one query by hand. To each hundred instances come two small resolvers, a cert-manager and a group that scales
/// out every week. Histories are made on demand, the same each time.
/// </summary>
public sealed class FleetBackground
{
    public const int Days = 120;
    private const int GroupSize = 25;
    /// <summary>Instances of a group that scales out every week: those that stay, and those that come each week.</summary>
    private const int Staying = 4, Coming = 3;
    private const int Resolvers = 2, Extra = Resolvers + 1 + Staying + Coming * (Days / 7);

    private static readonly (string First, string Second)[] Public = [("8.8.8.8", "8.8.4.4"), ("1.1.1.1", "1.0.0.1"), ("9.9.9.9", "149.112.112.112")];

    private readonly int _seed;

    public FleetBackground(int seed, int instances)
    {
        _seed = seed;
        Instances = instances;
        for (int i = 0; i < instances + instances / 100 * Extra; i++) Keys.Add(new InstanceKey(string.Create(CultureInfo.InvariantCulture, $"i-{i:x17}")));
    }

    public int Instances { get; }
    public List<InstanceKey> Keys { get; } = [];
    public IEnumerable<InstanceHistory> Histories => Keys.Select(Of);
    public static long MaxStart => World.At(Days) - 60;

    /// <summary>Days on which instances were there, all together.</summary>
    public long InstanceDays { get; private set; }

    public void Count() => InstanceDays = Histories.Sum(h => (long)h.Coverage.Count);

    private static int Number(InstanceKey key) => int.Parse(key.Id.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    /// <summary>Which part of a fleet of so many instances one belongs to.</summary>
    public static string PartOf(InstanceKey key, int instances) => Number(key) is var number && number < instances ? "fleet" : ((number - instances) % Extra) switch
    {
        < Resolvers => "small resolvers",
        Resolvers => "cert-manager",
        _ => "weekly scale-out",
    };

    public InstanceHistory Of(InstanceKey key)
    {
        int number = Number(key);
        if (number >= Instances) return Added((number - Instances) / Extra, (number - Instances) % Extra, key);
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

    /// <summary>One of the instances that come to a hundred.</summary>
    private InstanceHistory Added(int hundred, int place, InstanceKey key)
    {
        var random = new Random(HashOf(_seed, hundred * Extra + place, 3));
        if (place < Resolvers) return SmallResolver(new DirectHistory(key.Id, string.Create(CultureInfo.InvariantCulture, $"resolvers-{hundred}")).Observed(0, Days), random);
        if (place == Resolvers) return CertManager(new DirectHistory(key.Id, string.Create(CultureInfo.InvariantCulture, $"certificates-{hundred}")).Observed(0, Days), random);
        int coming = place - Resolvers - 1 - Staying;
        int from = coming < 0 ? 0 : 7 * (1 + coming / Coming), to = coming < 0 ? Days : Math.Min(Days, from + 2);
        var (first, second) = Public[hundred % Public.Length];
        var history = new DirectHistory(key.Id, string.Create(CultureInfo.InvariantCulture, $"weekly-{hundred}")).Observed(from, Math.Max(to, from + 1));
        return history.Asks(first, Daily(from, to, random)).Asks(second, Daily(from, to, random).Where(_ => random.Next(4) == 0)).Build();
    }

    /// <summary>Asks a root server and some servers of zones each day: most of them new, a few again and again.</summary>
    private static InstanceHistory SmallResolver(DirectHistory history, Random random)
    {
        var days = Daily(0, Days, random);
        foreach (string root in TestCatalog.RootAddresses) history.Asks(root, days.Where(_ => random.Next(4) == 0));
        for (int server = 0; server < 10; server++) history.Asks(Zone(random), days.Where(_ => random.Next(2) == 0));
        foreach (double day in days)
            for (int n = random.Next(4); n > 0; n--) history.Asks(Zone(random), [day + 0.01]);
        return history.Build();
    }

    /// <summary>Proves a certificate every 20 days: asks a root server, then the servers of the zone directly, until the record is there.</summary>
    private static InstanceHistory CertManager(DirectHistory history, Random random)
    {
        string[] servers = [Zone(random), Zone(random), Zone(random), Zone(random)];
        for (double day = 1 + random.Next(20) + 0.3; day < Days; day += 20)
        {
            history.Asks(TestCatalog.RootAddresses[random.Next(TestCatalog.RootAddresses.Count)], [day]);
            // Seconds after the root server: steps of one lookup.
            foreach (string server in servers) history.Asks(server, [day + (5 + random.Next(20)) / 86_400.0]);
        }
        return history.Build();
    }

    /// <summary>A server that no catalogue names.</summary>
    private static string Zone(Random random) => string.Create(CultureInfo.InvariantCulture, $"205.{random.Next(1, 250)}.{random.Next(1, 250)}.{random.Next(1, 250)}");

    private static List<double> Daily(int from, int to, Random random)
    {
        var days = new List<double>();
        for (int day = from; day < to; day++) days.Add(day + 0.02 + random.NextDouble() * 0.9);
        return days;
    }

    private static int HashOf(int seed, int number, int purpose) => unchecked((seed * 1_000_003 + number) * 31 + purpose) & int.MaxValue;
}
