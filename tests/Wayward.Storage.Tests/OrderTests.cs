using System.Text;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.FlowLogs;
using Wayward.Storage.Contacts;
using Wayward.Storage.Ingest;

namespace Wayward.Storage.Tests;

public abstract class OrderTests(StorageProvider provider)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Objects that overlap in instances, endpoints, hours, evidence and facts, with gaps longer than H between some days.</summary>
    internal static List<ObjectContribution> Objects(int seed, int count, string etag = "e1")
    {
        var random = new Random(seed);
        var addresses = Enumerable.Range(0, 12).Select(i => IpAddress.FromIPv4(0x2D000000u + (uint)i * 7)).Append(Make.Quad9).ToArray();
        var objects = new List<ObjectContribution>();
        for (int n = 0; n < count; n++)
        {
            long day = Make.T0 + random.Next(3) * 60L * 86_400 + random.Next(2) * 86_400;
            long id = Make.Id($"object-{n}", etag);
            var contacts = Enumerable.Range(0, random.Next(1, 40)).Select(_ => ($"i-{random.Next(9)}", addresses[random.Next(addresses.Length)], day + random.Next(10_800))).ToArray();
            var batch = Make.Batch(id, contacts);
            foreach (var (key, share) in batch.Instances)
            {
                if (random.Next(3) == 0) share.Cells.Values.First().OutRejected += new TrafficSum(1, 1, 40);
                if (random.Next(3) == 0) share.Coverage.Values.First().SkipHours |= 1u << random.Next(24);
                Make.Know(share, InstanceAttribute.Subnet, $"subnet-{random.Next(2)}", day + random.Next(100), day + 200 + random.Next(100));
                Make.Know(share, InstanceAttribute.Name, $"name of {key.Id} <{random.Next(2)}>", day + random.Next(100), day + 200 + random.Next(100));
            }
            objects.Add(Make.Object($"object-{n}", batch, etag: etag));
        }
        return objects;
    }

    internal static async Task<string> DumpAsync(StorageFixture storage)
    {
        using var stream = new MemoryStream();
        await storage.Get<CanonicalDump>().WriteAsync(stream, Token);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public async Task Any_order_split_and_repetition_of_commits_gives_the_same_dump(int seed)
    {
        var objects = Objects(seed, 60);
        await using var straight = await StorageFixture.CreateAsync(provider);
        foreach (var item in objects) await straight.Contacts.CommitAsync([item], Token);

        await using var shuffled = await StorageFixture.CreateAsync(provider);
        var random = new Random(seed + 100);
        var delivery = objects.Concat(objects.Where(_ => random.Next(3) == 0)).ToArray();
        random.Shuffle(delivery);
        for (int i = 0; i < delivery.Length;)
        {
            int take = Math.Min(random.Next(1, 9), delivery.Length - i);
            await shuffled.Contacts.CommitAsync(delivery[i..(i + take)], Token);
            i += take;
        }
        string expected = await DumpAsync(straight), actual = await DumpAsync(shuffled);
        Assert.True(expected.Split('\n').Length > 500);
        Assert.Equal(expected, actual);
    }

    [Fact]
    public async Task The_dump_shows_a_doubled_object()
    {
        await using var once = await StorageFixture.CreateAsync(provider);
        await using var twice = await StorageFixture.CreateAsync(provider);
        var item = Make.Object("a", Make.Batch(1, ("i-1", Make.Google, Make.T0)));
        await once.Contacts.CommitAsync([item], Token);
        // The planted bug: the ledger does not know the object the second time.
        await twice.Contacts.CommitAsync([item], Token);
        await twice.Contacts.CommitAsync([Make.Object("a", item.Batch, "another sha", "another etag")], Token);
        Assert.NotEqual(await DumpAsync(once), await DumpAsync(twice));
    }

    [Fact]
    public async Task What_the_store_holds_equals_the_ledger_folded_in_memory()
    {
        var objects = Objects(21, 50);
        await using var storage = await StorageFixture.CreateAsync(provider);
        await storage.Contacts.CommitAsync(objects, Token);
        var loaded = await storage.Contacts.LoadAsync(Token);
        var folded = new ContactLedger();
        foreach (var item in objects) folded.Add(item.Batch);
        Assert.Equal(folded.MaxStart, loaded.MaxStart);
        Assert.Equal(folded.Instances.Keys, loaded.Instances.Keys);
        foreach (var (key, expected) in folded.Instances)
        {
            var actual = loaded.Instances[key];
            Assert.Equal(expected.Pairs.Keys, actual.Pairs.Keys);
            foreach (var (endpoint, cells) in expected.Pairs) Assert.Equivalent(cells, actual.Pairs[endpoint], strict: true);
            Assert.Equivalent(expected.Coverage.Values, actual.Coverage.Values, strict: true);
            Assert.Equal(expected.Facts.OrderBy(f => (f.Attribute, f.Value)), actual.Facts.OrderBy(f => (f.Attribute, f.Value)));
            foreach (var (endpoint, lines) in expected.Evidence) Assert.Equal(lines, actual.Evidence[endpoint]);
        }
    }
}
