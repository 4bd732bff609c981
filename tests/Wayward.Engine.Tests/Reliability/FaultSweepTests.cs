using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Wayward.Engine.Tests.Fakes;
using Wayward.EngineHost;
using Wayward.Storage.Contacts;
using Wayward.Storage.Findings;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Tests.Reliability;

/// <summary>The Nth call fails, in each way, for N after N: the final store is the same each time.</summary>
public sealed class FaultSweepTests : IAsyncLifetime
{
    /// <summary>A long sweep needs a bucket whose ingest makes 300 calls, and commits one by one for as many to the database.</summary>
    private static readonly int Count = LongRun.Pick(8, 260);
    private static readonly int? CommitObjects = LongRun.On ? 1 : null;
    private BucketRig _bucket = null!;

    public async ValueTask InitializeAsync() => _bucket = await BucketRig.CreateAsync(Count);

    public ValueTask DisposeAsync() => _bucket.DisposeAsync();

    /// <summary>N up and down the range with the ways in turn; after seven passes (<c>WAYWARD_PASSES</c>) every N has failed in every way.</summary>
    [Fact]
    public async Task R4_the_Nth_call_to_S3_or_SQS_fails_and_nothing_differs()
    {
        string whole = await _bucket.IngestAsync([_bucket.Listing]);
        Assert.Contains("object\t", whole, StringComparison.Ordinal);
        var faults = Enum.GetValues<FakeFault>();
        int last = LongRun.Pick(faults.Length * 2, 300), struck = 0, runs = 0;
        var clock = Stopwatch.StartNew();
        foreach (int pass in LongRun.Passes)
        {
            for (int n = 1; n <= last; n++, runs++)
            {
                var fault = faults[(n + pass) % faults.Length];
                var (dump, hit) = await FailAsync(n, fault, with: null);
                if (hit) struck++;
                Assert.True(dump == whole, $"call {n}, {fault}: {CrashTests.FirstDifference(whole, dump)}");
            }
        }
        Assert.True(struck > runs * 9 / 10, $"only {struck} of {runs} faults struck");
        LongRun.Say($"R4 (S3 and SQS): {runs} runs over {Count} objects, N = 1 to {last}, {struck} faults struck, {clock.Elapsed.TotalSeconds:0} s");
    }

    [Fact]
    public async Task R4_turns_red_when_a_failed_fetch_is_taken_for_a_bad_object()
    {
        string whole = await _bucket.IngestAsync([_bucket.Listing]);
        // Of so many calls in a row at least one is a fetch.
        for (int n = 3; n <= 40; n++)
            if ((await FailAsync(n, FakeFault.InternalError, PlantedSources.Plant(s => new PlantedSources.FailedFetchIsABadObject(s)), expect: 0)).Dump != whole) return;
        Assert.Fail("the harness did not see it");
    }

    [Fact]
    public async Task R4_the_Nth_call_to_the_database_fails_and_nothing_differs()
    {
        string whole = await _bucket.IngestAsync([_bucket.Listing]);
        int runs = LongRun.Pick(10, 300);
        var clock = Stopwatch.StartNew();
        for (int n = 1; n <= runs; n++)
        {
            var counter = new CallCounter(n);
            string dump = await _bucket.IngestAsync([_bucket.Listing], services => FailNthCall(services, counter), commitObjects: CommitObjects);
            Assert.True(dump == whole, $"call {n}: {CrashTests.FirstDifference(whole, dump)}");
            Assert.True(counter.Calls >= n, $"a run makes only {counter.Calls} calls, so call {n} could not fail");
        }
        LongRun.Say($"R4 (database): {runs} runs over {Count} objects, {clock.Elapsed.TotalSeconds:0} s");
    }

    [Fact]
    public async Task R4_turns_red_when_a_rejected_commit_is_acknowledged()
    {
        string whole = await _bucket.IngestAsync([_bucket.Listing]);
        for (int n = 3; n <= 60; n++)
        {
            var counter = new CallCounter(n);
            string dump;
            try
            {
                dump = await _bucket.IngestAsync([_bucket.Listing], services =>
                {
                    FailNthCall(services, counter);
                    PlantedBug.Plant(services, "acked-although-rejected", "");
                }, expect: 0);
            }
            catch (TimeoutException)
            {
                // A run that does not come to rest is red in the sweep as well.
                return;
            }
            if (dump != whole) return;
        }
        Assert.Fail("the harness did not see it");
    }

    private static void FailNthCall(IServiceCollection services, CallCounter counter)
    {
        FailNth.Decorate<ISourceObjectStore>(services, counter);
        FailNth.Decorate<IContactStore>(services, counter);
        FailNth.Decorate<IFindingStore>(services, counter);
    }

    private async Task<(string Dump, bool Hit)> FailAsync(int n, FakeFault fault, Action<IServiceCollection>? with, int? expect = null)
    {
        foreach (var (key, etag, size) in _bucket.Objects) _bucket.Aws.Sqs.Send(Messages.Created(MessageShape.S3, (BucketRig.Bucket, key, etag, size)));
        int start = _bucket.Aws.Calls.Count;
        bool hit = false;
        _bucket.Aws.Fault = call =>
        {
            if (call.Number - start != n) return null;
            hit = true;
            return fault;
        };
        string dump = await _bucket.IngestAsync([_bucket.Listing, _bucket.Queue], with, expect);
        _bucket.Aws.Fault = null;
        // What a run left in the queue must not meet the next one.
        _bucket.Aws.Sqs.Clear();
        return (dump, hit);
    }
}
