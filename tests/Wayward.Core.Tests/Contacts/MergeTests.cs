using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;
using Wayward.Testing;

namespace Wayward.Core.Tests.Contacts;

public sealed class MergeTests
{
    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5)]
    public void Any_order_of_merging_gives_the_same_ledger(int seed)
    {
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var random = new Random(seed);
        var batches = World.Batches(Objects(random), TestCatalog.Default, Core.Detection.DetectionOptions.Default).ToArray();
        string expected = Text(batches);
        for (int round = 0; round < 5; round++)
        {
            random.Shuffle(batches);
            Assert.Equal(expected, Text(batches));
            // Associative: half of them merged into one batch first.
            var merged = new ContactBatch();
            foreach (var batch in batches.Take(batches.Length / 2)) merged.Merge(batch);
            Assert.Equal(expected, Text([merged, .. batches.Skip(batches.Length / 2)]));
        }
    }

    [Fact]
    public void A_history_that_is_put_in_is_found_and_added_to()
    {
        var ledger = new ContactLedger();
        var key = new InstanceKey("i-1");
        var history = new InstanceHistory { Key = key };
        ledger.Put(history);
        Assert.Same(history, ledger.Find(key));
        Assert.Same(history, ledger.GetOrAdd(key));
        var other = new InstanceHistory { Key = key };
        ledger.Put(other);
        Assert.Same(other, ledger.Find(key));
        Assert.Same(other, Assert.Single(ledger.Instances).Value);
    }

    [Fact]
    public void Merging_leaves_the_other_batch_as_it_was()
    {
        var batches = World.Batches(Objects(new Random(9)), TestCatalog.Default, Core.Detection.DetectionOptions.Default).ToArray();
        string before = Text([batches[1]]);
        var sum = new ContactBatch();
        foreach (var batch in batches) sum.Merge(batch);
        var ledger = new ContactLedger();
        ledger.Add(batches[1]);
        ledger.Add(sum);
        Assert.Equal(before, Text([batches[1]]));
    }

    [Fact]
    public void A_fact_as_of_a_time_is_the_covering_one_else_the_latest_before_else_the_earliest_after()
    {
        var history = new InstanceHistory { Key = new("i-1") };
        history.Facts.Add(new(InstanceAttribute.Asg, "b", 100, 200));
        history.Facts.Add(new(InstanceAttribute.Asg, "a", 300, 400));
        history.Facts.Add(new(InstanceAttribute.Asg, "c", 390, 500));
        Assert.Equal("b", history.Fact(InstanceAttribute.Asg, 50));
        Assert.Equal("b", history.Fact(InstanceAttribute.Asg, 200));
        Assert.Equal("b", history.Fact(InstanceAttribute.Asg, 299));
        Assert.Equal("a", history.Fact(InstanceAttribute.Asg, 395));
        Assert.Equal("c", history.Fact(InstanceAttribute.Asg, 9_999));
        Assert.Null(history.Fact(InstanceAttribute.Vpc, 1));
    }

    [Fact]
    public void A_folder_keeps_nothing_of_one_object_for_the_next()
    {
        var objects = Objects(new Random(11));
        var reused = World.Batches(objects, TestCatalog.Default, Core.Detection.DetectionOptions.Default).Select(b => Text([b])).ToList();
        var fresh = objects.Select(o => Text(World.Batches([o], TestCatalog.Default, Core.Detection.DetectionOptions.Default))).ToList();
        Assert.Equal(fresh, reused);
    }

    [Fact]
    public void Lines_told_together_count_as_they_do_one_by_one()
    {
        var line = new FlowLine { Interface = "eni-1", Start = World.Beginning, End = World.Beginning + 60 };
        var single = new ContactFolder(TestCatalog.Default, AddressSpace.Default);
        var together = new ContactFolder(TestCatalog.Default, AddressSpace.Default);
        for (int i = 1; i <= 5; i++) (line with { Start = i < 4 ? line.Start : line.Start + 3_600, End = line.Start + 3_700, Status = i == 5 ? LogStatus.SkipData : LogStatus.Ok }).Push(single, i);
        (line with { End = line.Start + 3_700 }).Push(together, 1);
        together.ObserveMore(2, 2, line.Start, line.Start + 3_700, LogStatus.Ok);
        together.ObserveMore(4, 1, line.Start + 3_600, line.Start + 3_700, LogStatus.Ok);
        together.ObserveMore(5, 1, line.Start + 3_600, line.Start + 3_700, LogStatus.SkipData);
        ContactBatch a = single.TakeBatch(), b = together.TakeBatch();
        Assert.Equal(Text([a]), Text([b]));
        Assert.Equal(a.Skipped, b.Skipped);
    }

    private static string Text(IEnumerable<ContactBatch> batches)
    {
        var ledger = new ContactLedger();
        foreach (var batch in batches) ledger.Add(batch);
        return LedgerText.Of(ledger);
    }

    private static List<IReadOnlyList<FlowLine>> Objects(Random random) =>
    [
        .. Enumerable.Range(0, 8).Select(_ => (IReadOnlyList<FlowLine>)[.. Enumerable.Range(0, 40).Select(_ =>
        {
            long start = World.Beginning + random.Next(3 * 86_400);
            var line = new FlowLine
            {
                Instance = "i-" + random.Next(3), Interface = "eni-" + random.Next(2), Destination = random.Next(2) == 0 ? "8.8.8.8" : "203.119.1.1", SourcePort = 40_000, Asg = random.Next(3) == 0 ? "web" : null,
                PacketSource = random.Next(2) == 0 ? null : "10.0.1." + random.Next(9), PacketDestination = null, Start = start, End = start + random.Next(600), Packets = random.Next(1, 9), Bytes = random.Next(40, 4_000),
                Direction = FlowDirection.Egress, Rejected = random.Next(4) == 0, Status = random.Next(9) == 0 ? LogStatus.SkipData : LogStatus.Ok,
            };
            return random.Next(3) == 0 ? line.Reply() : line;
        })]),
    ];
}
