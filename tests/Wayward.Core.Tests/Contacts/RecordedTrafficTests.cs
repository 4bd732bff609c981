using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;
using Wayward.Testing;

namespace Wayward.Core.Tests.Contacts;

public sealed class RecordedTrafficTests
{
    private static ContactLedger Fold(IEnumerable<string> files, out FlowReadResult last, out ContactBatch all)
    {
        var folder = new ContactFolder(ResolverCatalog.Shipped, AddressSpace.Default);
        all = new ContactBatch();
        last = new FlowReadResult();
        foreach (string file in files)
        {
            folder.Begin(new ObjectIdentity("sample", Path.GetFileName(file), "1").Id);
            using var stream = File.OpenRead(file);
            last = FlowLogReader.Read(stream, new FlowObjectInfo(file), ref folder);
            all.Merge(folder.TakeBatch());
        }
        var ledger = new ContactLedger();
        ledger.Add(all);
        return ledger;
    }

    [Fact]
    public void The_first_line_of_an_object_and_the_line_after_a_gateway_s_are_contacts_like_any_other()
    {
        const string text = "interface-id instance-id srcaddr dstaddr srcport dstport protocol start end\n" +
                            "eni-1 i-1 10.0.0.5 8.8.8.8 40000 53 17 1700000000 1700000060\n" +
                            "eni-2 - 10.0.0.6 8.8.8.8 40000 53 17 1700000000 1700000060\n" +
                            "eni-3 i-3 10.0.0.7 9.9.9.9 40000 53 17 1700000000 1700000060\n";
        var folder = new ContactFolder(ResolverCatalog.Shipped, AddressSpace.Default);
        folder.Begin(1);
        FlowLogReader.Read(new MemoryStream(System.Text.Encoding.ASCII.GetBytes(text)), new FlowObjectInfo("object"), ref folder, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(2, folder.TakeBatch().ContactRecords);
    }

    [Fact]
    public void Three_days_of_a_web_server_have_exactly_its_two_resolvers()
    {
        string? path = Samples.Path("data", "traffic", "a-web-3days", "flows.log.gz");
        Assert.SkipUnless(path is not null, "The recorded traffic is not beside the project.");

        var ledger = Fold([path], out var read, out var batch);

        Assert.Equal(226_566, read.Records);
        var history = Assert.Single(ledger.Instances.Values);
        Assert.Equal("eni-02b1af80297230574", history.Key.Id);
        var contacts = history.Pairs.Where(p => p.Value.Any(c => c.HasContact)).ToList();
        Assert.Equal(["67.207.67.2 17 53", "67.207.67.3 17 53"], contacts.Select(p => $"{p.Key.Address} {p.Key.Protocol} {p.Key.Port}"));
        foreach (var (_, cells) in contacts)
        {
            Assert.InRange(cells.Where(c => c.HasContact).Min(c => c.FirstContact), 1713484800 - 60, 1713484802 + 60);
            Assert.InRange(cells.Max(c => c.LastContact), 1713741701 - 60, 1713741701 + 60);
        }
        Assert.True(batch.ContactRecords > 0);
        Assert.Empty(new DetectionEngine(ResolverCatalog.Shipped, [], DetectionOptions.Default).Evaluate(ledger).Findings);
        Assert.Empty(new DetectionEngine(ResolverCatalog.Shipped, [], DetectionOptions.Default with { Learning = TimeSpan.FromDays(1) }).Evaluate(ledger).Findings);
    }

    [Fact]
    public void Twelve_objects_in_any_order_fold_to_the_same_ledger()
    {
        string? root = Samples.Path("data", "traffic", "g-s3-layout");
        Assert.SkipUnless(root is not null, "The recorded traffic is not beside the project.");
        var files = Directory.GetFiles(root, "*.log.gz", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToArray();

        string inOrder = LedgerText.Of(Fold(files, out _, out _));
        new Random(12).Shuffle(files);
        Assert.Equal(inOrder, LedgerText.Of(Fold(files, out _, out _)));
    }
}
