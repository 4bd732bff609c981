using System.Globalization;
using System.Security.Cryptography;
using Wayward.Engine.Tests.Fakes;

namespace Wayward.Engine.Tests.Reliability;

/// <summary>
/// R11: a queue message is deleted only after the commit of its object is on disk, by the kernel's account and not by the program's: the page with the object's hash is written to the
/// log, then the transaction's last frame, then the log is synced with success, and only then does the delete go out. Some syncs are made to fail, which must hold the delete back too.
/// </summary>
public sealed class SyncOrderTests
{
    private const int Distinct = 90;

    [Fact]
    public async Task R11_no_message_is_deleted_before_its_commit_is_synced()
    {
        string? unavailable = SyscallTrace.Unavailable();
        Assert.SkipWhen(unavailable is not null, unavailable ?? "");
        int count = LongRun.Pick(40, 500);
        // Of the ordinary kind, and with the second sync of each thread refused: then the commit did not happen, whatever was written.
        foreach (string[] fault in new string[][] { [], ["-e", "inject=fsync,fdatasync:error=EIO:when=2"] })
        {
            var (ordered, early, trace) = await TraceAsync(count, bug: null, fault);
            Assert.True(early.Count == 0, $"deleted early: {string.Join(", ", early)}");
            Assert.Equal(count, ordered);
            if (fault.Length > 0) Assert.True(trace.FailedSyncs > 0, "no sync was refused");
            LongRun.Say($"R11: {ordered}/{count} deletes after their synced commit; {trace.Syncs} syncs, {trace.FailedSyncs} refused");
        }
    }

    [Fact]
    public async Task R11_turns_red_when_messages_are_deleted_as_the_commit_begins()
    {
        string? unavailable = SyscallTrace.Unavailable();
        Assert.SkipWhen(unavailable is not null, unavailable ?? "");
        var (_, early, _) = await TraceAsync(12, "delete-before-commit", []);
        Assert.NotEmpty(early);
    }

    private static async Task<(int Ordered, List<string> Early, SyscallTrace Trace)> TraceAsync(int count, string? bug, string[] fault)
    {
        await using var aws = await FakeAws.StartAsync();
        using var folder = new TempFolder();
        var hashes = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int i = 0; i < count; i++)
        {
            // Contents that repeat would be on disk already when their second name comes: all differ.
            var (name, content) = SmallObjects.Make(i % Distinct, Distinct, seed: 100 + i / Distinct);
            string key = string.Create(CultureInfo.InvariantCulture, $"{name[..^7]}_{i}.log.gz");
            var put = aws.S3.Put(BucketRig.Bucket, key, content);
            string message = Messages.Created(MessageShape.S3, (BucketRig.Bucket, key, put.ETag, content.Length));
            aws.Sqs.Send(message);
            hashes.Add(message, Convert.ToHexStringLower(SHA256.HashData(content)));
        }
        await using (await IngestRig.StartAsync(folder.Path("data"), IngestRig.Fast, start: false))
        {
            // Only to migrate: a refused sync must strike work, not the start.
        }
        string file = folder.Path("trace");
        string[] more =
        [
            "--until-idle", $"Ingest:Sources:0:QueueUrl={aws.Url}/111122223333/flow-logs", $"Ingest:Sources:0:QueueEndpoint={aws.Url}", $"Ingest:Sources:0:Endpoint={aws.Url}",
            "Ingest:RetryBase=00:00:00.020", "Ingest:RetryMaximum=00:00:00.200", .. bug is null ? Array.Empty<string>() : ["--bug", bug],
        ];
        using (var child = ChildHost.Start(folder.Path("data"), null, more, SyscallTrace.Command(file, fault)))
        {
            int? code = null;
            try
            {
                code = await child.WaitAsync(TimeSpan.FromMinutes(LongRun.On ? 15 : 3));
            }
            catch (TimeoutException)
            {
                // Told with what it said.
            }
            Assert.True(code == 0, $"exit code {code}: {child.Errors}");
            Assert.True(aws.Sqs.Count == 0, $"{aws.Sqs.Count} messages left: {child.Errors}");
        }
        var trace = SyscallTrace.Read(file, hashes.Values);
        var unsynced = SyscallTrace.Read(file, hashes.Values, withoutSyncs: true);
        Assert.DoesNotContain(unsynced.Deletes, d => unsynced.OnDiskBefore(hashes[aws.Sqs.Receipts[d.Receipt]], d.At));
        List<string> early = [];
        var ordered = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (at, receipt) in trace.Deletes)
        {
            string message = aws.Sqs.Receipts[receipt];
            if (trace.OnDiskBefore(hashes[message], at)) ordered.Add(message);
            else early.Add(receipt);
        }
        return (ordered.Count, early, trace);
    }
}
