using System.Diagnostics;
using Wayward.Ingest.Tests.Fakes;
using Wayward.Storage.Contacts;
using Wayward.Storage.Findings;
using Wayward.Storage.Ingest;

namespace Wayward.Ingest.Tests.Reliability;

/// <summary>The Nth call fails, in each way, for N after N: the final store is the same each time.</summary>
public sealed class FaultSweepTests : IAsyncLifetime
{
    private const int Count = 8;
    private BucketRig _bucket = null!;

    public async ValueTask InitializeAsync() => _bucket = await BucketRig.CreateAsync(Count);

    public ValueTask DisposeAsync() => _bucket.DisposeAsync();

    [Fact]
    public async Task R4_the_Nth_call_to_S3_or_SQS_fails_and_nothing_differs()
    {
        string whole = await _bucket.IngestAsync([_bucket.Listing]);
        Assert.Contains("object\t", whole, StringComparison.Ordinal);
        var faults = Enum.GetValues<FakeFault>();
        int runs = LongRun.Pick(faults.Length * 2, 300);
        var clock = Stopwatch.StartNew();
        int struck = 0;
        for (int n = 1; n <= runs; n++)
        {
            var fault = faults[n % faults.Length];
            SendAll();
            int start = _bucket.Aws.Calls.Count, at = LongRun.On ? 1 + (n - 1) / faults.Length : n;
            bool hit = false;
            _bucket.Aws.Fault = call =>
            {
                if (call.Number - start != at) return null;
                hit = true;
                return fault;
            };
            string dump = await _bucket.IngestAsync([_bucket.Listing, _bucket.Queue]);
            _bucket.Aws.Fault = null;
            if (hit) struck++;
            Assert.True(dump == whole, $"call {at}, {fault}: {CrashTests.FirstDifference(whole, dump)}");
            await DrainAsync();
        }
        Assert.True(struck > runs / 2, $"only {struck} of {runs} faults struck");
        LongRun.Say($"R4 (S3 and SQS): {runs} runs, {struck} faults struck, {clock.Elapsed.TotalSeconds:0} s");
    }

    [Fact]
    public async Task R4_the_Nth_call_to_the_database_fails_and_nothing_differs()
    {
        string whole = await _bucket.IngestAsync([_bucket.Listing]);
        int runs = LongRun.Pick(10, 100);
        var clock = Stopwatch.StartNew();
        for (int n = 1; n <= runs; n++)
        {
            var counter = new CallCounter(n);
            string dump = await _bucket.IngestAsync([_bucket.Listing], services =>
            {
                FailNth.Decorate<ISourceObjectStore>(services, counter);
                FailNth.Decorate<IContactStore>(services, counter);
                FailNth.Decorate<IFindingStore>(services, counter);
            });
            Assert.True(dump == whole, $"call {n}: {CrashTests.FirstDifference(whole, dump)}");
            Assert.True(counter.Calls >= n);
        }
        LongRun.Say($"R4 (database): {runs} runs, {clock.Elapsed.TotalSeconds:0} s");
    }

    private void SendAll()
    {
        foreach (var (key, etag, size) in _bucket.Objects) _bucket.Aws.Sqs.Send(Messages.Created(MessageShape.S3, (BucketRig.Bucket, key, etag, size)));
    }

    /// <summary>What a run left in the queue must not meet the next one.</summary>
    private async Task DrainAsync()
    {
        _bucket.Aws.Sqs.Clear();
        await Task.Yield();
    }
}
