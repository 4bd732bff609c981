using Wayward.Core.Contacts;
using Wayward.FlowLogs;

namespace Wayward.Core.Tests.Contacts;

/// <summary>What a commit changes of one instance. Times in days of Unix seconds, H is 45 days.</summary>
public sealed class InstanceMergeTests
{
    private const long Day = UnixTime.DaySeconds, H = 45 * Day;
    private static readonly Endpoint Google = new(IpAddress.Parse("8.8.8.8"), 17, 53);

    private static InstanceContribution Covering(long start, long end)
    {
        var share = new InstanceContribution();
        share.Coverage.Add(UnixTime.Day(start), new CoverageDay { Day = UnixTime.Day(start), FirstStart = start, LastEnd = end });
        return share;
    }

    // Stored: seen from day 100 to 110, the epoch from day 100 on, the last contact on day 109.
    private static readonly InstanceState Stored = new(100 * Day, 110 * Day, 100 * Day, 109 * Day, 3);

    [Theory]
    // start, end, epoch must be derived, touched
    [InlineData(110, 111, false, false)] // carries on
    [InlineData(155, 156, false, false)] // after a gap of exactly H
    [InlineData(156, 157, true, true)]   // after a gap longer than H
    [InlineData(99, 100, true, true)]    // before the epoch
    [InlineData(109, 110, false, true)]  // not later than the last contact
    [InlineData(110, 160, true, true)]   // itself longer than H: there may be a gap within
    public void Coverage_moves_the_epoch_or_comes_late(int start, int end, bool needsEpoch, bool touched)
    {
        var merge = new InstanceMerge(Covering(start * Day, end * Day), Stored, H);
        merge.MergeCoverage();
        Assert.Equal((needsEpoch, touched), (merge.NeedsEpoch, merge.IsTouched));
        Assert.Equal((Math.Min(100, start) * Day, Math.Max(110, end) * Day), (merge.State.FirstSeen, merge.State.LastSeen));
    }

    [Fact]
    public void A_new_instance_is_touched_and_its_epoch_follows_from_its_coverage()
    {
        var merge = new InstanceMerge(Covering(5 * Day, 6 * Day), null, H);
        merge.MergeCoverage();
        Assert.True(merge is { IsNew: true, IsTouched: true, NeedsEpoch: true });
        merge.SetObservedSince(5 * Day);
        Assert.Equal(new InstanceState(5 * Day, 6 * Day, 5 * Day, 0, 0), merge.State);
        Assert.True(merge.ListOrderChanged);
    }

    [Fact]
    public void Nothing_changes_without_coverage_facts_and_cells()
    {
        var merge = new InstanceMerge(new InstanceContribution(), Stored, H);
        merge.MergeCoverage();
        Assert.Empty(merge.MergeFacts([], []).Upserts);
        Assert.Equal((Stored, false, false), (merge.State, merge.IsTouched, merge.ListOrderChanged));
    }

    [Theory]
    // stored first and last (0 0 = not stored), first and last of the cells (max 0 = no contact among them)
    [InlineData(0, 0, 7, 8, PairWrite.Upsert, true)]
    [InlineData(0, 0, long.MaxValue, 0, PairWrite.Upsert, false)]
    [InlineData(long.MaxValue, 0, 7, 8, PairWrite.Upsert, true)]
    [InlineData(long.MaxValue, 0, long.MaxValue, 0, PairWrite.None, false)]
    [InlineData(7, 8, 7, 8, PairWrite.None, false)]
    [InlineData(7, 8, 8, 9, PairWrite.Advance, false)]
    [InlineData(7, 8, 6, 7, PairWrite.Upsert, false)]
    [InlineData(7, 8, long.MaxValue, 0, PairWrite.None, false)]
    public void A_pair_is_written_as_far_as_its_span_changes(long knownFirst, long knownLast, long first, long last, PairWrite write, bool firstContact)
    {
        var merge = new InstanceMerge(new InstanceContribution(), Stored with { LastContact = 5 }, H);
        PairSpan? known = knownFirst == 0 ? null : new(knownFirst, knownLast);
        Assert.Equal(new PairChange(write, firstContact), merge.MergePair(known, new(first, last)));
        Assert.Equal((true, firstContact, Math.Max(5, last)), (merge.IsTouched, merge.NeedsDestinations, merge.State.LastContact));
    }

    [Theory]
    // value, first, last; upserted, touched, the latest values may change
    [InlineData("a", 10, 20, false, false, false)] // as stored
    [InlineData("a", 12, 18, false, false, false)] // within
    [InlineData("a", 10, 25, true, false, true)]   // longer, and there is another value
    [InlineData("a", 9, 20, true, true, false)]    // earlier
    [InlineData("c", 10, 20, true, true, true)]    // new
    public void A_fact_is_written_as_far_as_its_span_changes(string value, long first, long last, bool upserted, bool touched, bool latest)
    {
        var merge = new InstanceMerge(new InstanceContribution(), Stored, H);
        InstanceFact[] known = [new(InstanceAttribute.Subnet, "a", 10, 20), new(InstanceAttribute.Subnet, "b", 10, 24), new(InstanceAttribute.Vpc, "v", 1, 2)];
        var changes = merge.MergeFacts(known, [new(InstanceAttribute.Subnet, value, first, last)]);
        Assert.Equal((upserted, touched, latest), (changes.Upserts.Count == 1, merge.IsTouched, changes.Latest is not null));
        if (changes.Latest is null) return;
        Assert.Equal(last > 24 ? value : "b", changes.Latest[InstanceAttribute.Subnet]);
        Assert.Equal("v", changes.Latest[InstanceAttribute.Vpc]);
        Assert.StartsWith("i-x\n", changes.Latest.SearchText(new("I-X")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_single_value_that_lasts_longer_leaves_the_row_alone()
    {
        var merge = new InstanceMerge(new InstanceContribution(), Stored, H);
        var changes = merge.MergeFacts([new(InstanceAttribute.Vpc, "v", 1, 2)], [new(InstanceAttribute.Vpc, "v", 2, 9)]);
        Assert.Single(changes.Upserts);
        Assert.Null(changes.Latest);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Stored_evidence_is_the_three_earliest_lines_whatever_the_order(int seed)
    {
        TestContext.Current.SendDiagnosticMessage("seed {0}", seed);
        var random = new Random(seed);
        for (int round = 0; round < 200; round++)
        {
            var all = Enumerable.Range(0, random.Next(1, 9)).Select(_ => new EvidenceLine(random.Next(4), random.Next(2), random.Next(3), "text")).ToList();
            var stored = new List<EvidenceLine>();
            for (int i = 0; i < all.Count;)
            {
                var share = all.Skip(i).Take(random.Next(1, 4)).ToList();
                i += share.Count;
                var changes = InstanceMerge.MergeEvidence([.. stored.Select(l => l with { Text = "" })], share);
                foreach (var line in changes.Removed) Assert.Equal(1, stored.RemoveAll(l => EvidenceLine.Order(l, line) == 0));
                stored.AddRange(changes.Added);
            }
            Assert.Equal(all.Distinct().OrderBy(l => (l.Start, l.ObjectId, l.Line)).Take(EvidenceLine.PerPair), stored.OrderBy(l => (l.Start, l.ObjectId, l.Line)));
        }
    }

    [Fact]
    public void Shares_of_one_instance_are_united_and_the_batches_stay_as_they_are()
    {
        ContactBatch[] batches = [new(), new(), new()];
        for (int i = 0; i < batches.Length; i++)
        {
            var share = new InstanceContribution();
            share.Cells.Add(new CellKey(Google, 24), new ContactHour { Hour = 24, FirstContact = 1, LastContact = 2, OutAccepted = new(1, 1, 1) });
            batches[i].Instances.Add(new("i-1"), share);
        }
        batches[2].Instances.Add(new("i-2"), Covering(2 * Day, 3 * Day));
        var all = ContactBatch.Union(batches);
        Assert.Equal(3, all[new("i-1")].Cells[new CellKey(Google, 24)].OutAccepted.Records);
        Assert.All(batches, b => Assert.Equal(1, b.Instances[new("i-1")].Cells[new CellKey(Google, 24)].OutAccepted.Records));
        Assert.Equal([1, 2], ContactBatch.DaysOf(all).Order());
    }

    [Fact]
    public void The_present_epoch_begins_after_the_last_gap_longer_than_the_window()
    {
        var epoch = new ObservationEpoch(H);
        Assert.Equal(long.MaxValue, epoch.Start);
        foreach (long day in (long[])[1, 2, 47, 94, 95]) epoch.Add(day * Day, (day + 1) * Day);
        Assert.Equal(94 * Day, epoch.Start);
    }
}
