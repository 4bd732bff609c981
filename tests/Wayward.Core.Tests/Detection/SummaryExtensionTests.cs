using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;
using Wayward.Testing;

namespace Wayward.Core.Tests.Detection;

/// <summary>A summary that was carried on with what is new equals the one made of the whole history, byte for byte; and what was kept comes back as it was, or not at all.</summary>
public sealed class SummaryExtensionTests
{
    private const int Runs = 300;
    private static readonly DetectionOptions Options = RandomRecords.Options;

    /// <summary>The seeded worlds with what they leave out: answers without questions, lone segments, much volume, servers of DNS, new names.</summary>
    private static List<List<FlowLine>> Objects(int seed, Random random)
    {
        // Questions of the sizes that programs send: any larger ones are a volume of more than names.
        var lines = RandomRecords.Of(seed).Lines.Select(l => l.DestinationPort is 53 or 443 or 853 ? l with { Bytes = Math.Min(l.Bytes, 90 * l.Packets) } : l).ToList();
        foreach (var line in lines.Where(l => l.DestinationPort is 53 or 443 or 853).ToList())
        {
            switch (random.Next(27))
            {
                case 0:
                    // Alone: beside a contact it stands in for nothing.
                    lines.Remove(line);
                    lines.Add(line.Reply(false) with { Protocol = 6, TcpFlags = 18 });
                    break;
                case 1:
                    lines.Remove(line);
                    lines.Add((line with { Protocol = 6, Packets = 1, Bytes = 40, TcpFlags = 0, SourcePort = 40_000 }).In(LineFormat.V2));
                    break;
                case 2:
                    lines.Add(line with { Packets = 100, Bytes = random.Next(2) == 0 ? 300_000 : 6_000_000, SourcePort = 40_000 });
                    break;
                case 3:
                    lines.Add((line with { Protocol = 17, DestinationPort = 41_000 }) with { SourcePort = 53, Destination = "10.0.0." + random.Next(20, 30) });
                    break;
                case 4:
                    lines.Add(line with { Subnet = "subnet-other" });
                    break;
                case 5:
                    lines.Add((line with { Protocol = 6, Packets = 1, Bytes = 60, TcpFlags = 0, SourcePort = 40_000 }).In(LineFormat.V2));
                    break;
                case 6:
                    lines.Add(((line with { Protocol = 6, SourcePort = 40_000 }).Reply(false) with { Packets = 2, Bytes = 80, TcpFlags = 0 }).In(LineFormat.V2));
                    break;
                default:
                    break;
            }
        }
        int parts = random.Next(4, 30);
        var ordered = lines.OrderBy(l => l.Start).ToList();
        return [.. ordered.Select((line, i) => (line, Part: random.Next(15) == 0 ? random.Next(parts) : i * parts / ordered.Count)).GroupBy(x => x.Part, x => x.line).OrderBy(g => g.Key).Select(g => g.ToList())];
    }

    private static HistoryTail Tail(InstanceHistory history, InstanceSummary old, int hour)
    {
        var part = new InstanceHistory { Key = history.Key };
        part.Facts.AddRange(history.Facts);
        int day = Math.Min(hour / 24, UnixTime.Day(old.Epochs[^1].End) - 1);
        foreach (var (at, coverage) in history.Coverage.Where(c => c.Key >= day)) part.Coverage.Add(at, coverage);
        var begun = history.Pairs.Where(p => p.Value.Min(c => c.FirstContact) >= hour * UnixTime.HourSeconds).Select(p => p.Key.Address).ToHashSet();
        foreach (var (endpoint, cells) in history.Pairs)
            if (cells.Where(c => c.Hour >= hour || begun.Contains(endpoint.Address)).ToList() is { Count: > 0 } late) part.Pairs.Add(endpoint, late);
        return new(part, history.Coverage.Values.Max(c => c.LastEnd)) { Whole = begun };
    }

    /// <returns>How many summaries were carried on, how many had to be made anew, and the first that came out wrong.</returns>
    private static (int Continued, int Anew, string? Wrong) Run(Func<InstanceSummary, InstanceSummary>? plant, int later)
    {
        int continued = 0, anew = 0;
        for (int seed = 1; seed <= Runs; seed++)
        {
            var random = new Random(seed);
            var rules = RandomRecords.Rules(RandomRecords.Of(seed).Rules);
            var ledger = new ContactLedger();
            var summaries = new Dictionary<InstanceKey, InstanceSummary>();
            foreach (var batch in World.Batches(Objects(seed, random), RandomRecords.Catalog, Options))
            {
                ledger.Add(batch);
                // A new one each time: it remembers the roles of the last history asked about, and these histories grow.
                var engine = new DetectionEngine(RandomRecords.Catalog, rules, Options);
                foreach (var (key, share) in batch.Instances)
                {
                    var history = ledger.Find(key)!;
                    var whole = InstanceSummary.Of(history, engine.Catalog, engine.Matcher, engine.Parameters);
                    if (summaries.TryGetValue(key, out var old) && plant is not null) old = plant(old);
                    if (old is not null && SummaryExtension.IsPossible(old) &&
                        SummaryExtension.Of(old, Tail(history, old, share.FromHour + later), engine.Catalog, engine.Matcher, engine.Parameters) is { } next)
                    {
                        continued++;
                        if (plant is not null) next = plant(next);
                        if (!SummaryContent.Write(next).AsSpan().SequenceEqual(SummaryContent.Write(plant is null ? whole : plant(whole)))) return (continued, anew, $"seed {seed}, {key}:\n{Text(whole)}\n{Text(next)}");
                        whole = next;
                    }
                    else anew++;
                    summaries[key] = whole;
                }
            }
        }
        return (continued, anew, null);
    }

    private static string Text(InstanceSummary summary) => $"{string.Join(',', summary.Epochs)} {string.Join(';', summary.Facts)} whole={summary.NeedsWhole} {string.Join(',', summary.Rejects)}\n"
        + string.Join('\n', summary.Destinations.Select(d => $"{d.Destination} {d.Entry?.Id} {d.Required?.Length} {string.Join(',', d.Episodes)} {string.Join(',', d.Tunnels)}")) + $"\n{string.Join(';', summary.Unclear.Select(d => $"{d.Destination} {string.Join(',', d.Tunnels)}"))}";

    [Fact]
    public void Carried_on_it_is_what_the_whole_history_makes()
    {
        var (continued, anew, wrong) = Run(null, later: 0);
        Assert.True(wrong is null, wrong);
        Assert.True(continued > anew / 2, $"{continued} carried on, {anew} made anew: too few to show anything");
    }

    [Fact]
    public void It_turns_red_when_what_a_summary_cannot_show_is_overlooked() => Assert.NotNull(Run(Overlooked, later: 0).Wrong);

    [Fact]
    public void It_turns_red_when_a_late_record_is_not_read() => Assert.NotNull(Run(null, later: 1).Wrong);

    /// <summary>Says that nothing is hidden in the past.</summary>
    private static InstanceSummary Overlooked(InstanceSummary summary) => InstanceSummary.Restore(summary.Key, summary.Facts, summary.Epochs, () => summary.CohortEpochs, Roles.None, summary.Rejects, needsWhole: false, owner =>
        [.. summary.Destinations.Select(d => new DestinationSummary { Instance = owner, Destination = d.Destination, Entry = d.Entry, Required = d.Required, Episodes = d.Episodes, Tunnels = d.Tunnels })]);

    [Fact]
    public void What_was_kept_comes_back_as_it_was_or_not_at_all()
    {
        int seen = 0;
        for (int seed = 1; seed <= 60; seed++)
        {
            var random = new Random(seed);
            var engine = new DetectionEngine(RandomRecords.Catalog, RandomRecords.Rules(RandomRecords.Of(seed).Rules), Options);
            var ledger = new ContactLedger();
            foreach (var batch in World.Batches(Objects(seed, random), RandomRecords.Catalog, Options)) ledger.Add(batch);
            foreach (var history in ledger.Instances.Values)
            {
                byte[] content = SummaryContent.Write(InstanceSummary.Of(history, engine.Catalog, engine.Matcher, engine.Parameters));
                var back = SummaryContent.Read(history.Key, content, engine.Catalog);
                Assert.NotNull(back);
                Assert.Equal(content, SummaryContent.Write(back));
                Assert.Null(SummaryContent.Read(new InstanceKey(history.Key.Id + "0"), content, engine.Catalog));
                if (back.Destinations.Any(d => d.Entry is not null)) Assert.Null(SummaryContent.Read(history.Key, content, ResolverCatalog.Empty));

                byte[] damaged = [.. content];
                damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
                Assert.Null(SummaryContent.Read(history.Key, damaged, engine.Catalog));
                Assert.Null(SummaryContent.Read(history.Key, content[..random.Next(content.Length)], engine.Catalog));
                seen++;
            }
        }
        Assert.True(seen > 200, $"{seen} summaries");
    }
}
