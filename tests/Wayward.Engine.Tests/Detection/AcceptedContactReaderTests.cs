using Microsoft.Extensions.DependencyInjection;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;
using Wayward.Engine.Detection;
using Wayward.Engine.Tests.Fakes;
using Wayward.Storage.Contacts;
using Wayward.Testing;

namespace Wayward.Engine.Tests.Detection;

/// <summary>The list of one instance that is read from the store says what an evaluation of the whole ledger says of it.</summary>
public sealed class AcceptedContactReaderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_lists_of_every_instance_what_an_evaluation_of_the_whole_ledger_lists()
    {
        var reasons = new HashSet<AcceptedReason>();
        for (int seed = 1; seed <= 12; seed++)
        {
            using var data = new TempFolder();
            await using var rig = await IngestRig.StartAsync(data.Root, IngestRig.Fast, services =>
            {
                services.AddSingleton<ICatalogProvider>(new FixedCatalogProvider(RandomRecords.Catalog));
                services.AddSingleton(_ => RandomRecords.Catalog);
            }, start: false, detection: RandomRecords.Options);
            var lines = RandomRecords.Of(seed).Lines.Concat(RandomRecords.Of(seed + 1_000).Lines).ToList();
            // An answer to a probe from port 53.
            var answer = lines.First(l => l.Direction == FlowDirection.Egress) with { Destination = "203.119.9.9", SourcePort = 53, DestinationPort = 53, Protocol = 17, Start = World.At(2) + 60, End = World.At(2) + 60, Status = LogStatus.Ok };
            lines.AddRange([answer with { Start = World.At(2) + 61, End = World.At(2) + 61 }, answer.Reply()]);
            lines = [.. lines.OrderBy(l => l.Start)];
            await CommitAsync(rig, "a", lines[..(lines.Count / 2)]);
            await rig.Detection.RunBatchAsync(Token);
            // Of these the saved summaries know nothing yet.
            await CommitAsync(rig, "b", lines[(lines.Count / 2)..]);

            var ledger = await rig.Get<IContactStore>().ReadAsync((l, c) => l.LoadAllAsync(c), Token);
            var all = new DetectionEngine(RandomRecords.Catalog, [], RandomRecords.Options).Evaluate(ledger).Accepted.ToLookup(a => a.Instance);
            foreach (var key in ledger.Instances.Keys)
            {
                var read = await rig.Get<IAcceptedContactReader>().ReadAsync(key, Token);
                Assert.True(all[key].SequenceEqual(read), $"seed {seed}, {key}");
                reasons.UnionWith(read.Select(a => a.Reason));
            }
            var learned = await rig.Get<ILearnedContactReader>().ReadAsync(Token);
            Assert.Equal(LearnedContacts.Ranked(all.SelectMany(g => g).Where(a => a.Reason == AcceptedReason.Learned)), learned.Rows);
            Assert.Equal(learned.Rows.Count, learned.Total);
        }
        Assert.Superset(new HashSet<AcceptedReason> { AcceptedReason.Learned, AcceptedReason.LearnedFromGroup }, reasons);
    }

    [Fact]
    public async Task Of_an_unknown_instance_nothing_is_listed()
    {
        using var data = new TempFolder();
        await using var rig = await IngestRig.StartAsync(data.Root, IngestRig.Fast, start: false);
        Assert.Empty(await rig.Get<IAcceptedContactReader>().ReadAsync(new InstanceKey("i-0"), Token));
    }

    private static Task CommitAsync(IngestRig rig, string key, List<FlowLine> lines)
    {
        var folder = new ContactFolder(RandomRecords.Catalog, new AddressSpace([]));
        var id = new ObjectIdentity("/logs", key, "1").Id;
        folder.Begin(id);
        for (int n = 0; n < lines.Count; n++) lines[n].Push(folder, n + 1);
        var batch = folder.TakeBatch();
        return rig.Get<IContactStore>().CommitAsync([new ObjectContribution(new SourceObjectDone
        {
            ObjectId = id, Source = "folder:/logs", Container = "/logs", Key = key, ETag = "1", Sha256 = "content of " + key, ObjectBytes = 1, ExpandedBytes = 1, Records = 1,
            ContactRecords = batch.ContactRecords, Quarantined = 0, Format = "seeded", FirstStart = World.Beginning, LastEnd = World.At(20), ReadMilliseconds = 1,
        }, batch)], Token);
    }
}
