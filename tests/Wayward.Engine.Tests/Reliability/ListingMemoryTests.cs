using System.Globalization;
using Microsoft.Data.Sqlite;
using Wayward.Engine.Tests.Fakes;

namespace Wayward.Engine.Tests.Reliability;

/// <summary>R12: a bucket of a million keys is listed, put on the ledger and compared with it again within bounded memory. (The other half of R12, an object that expands to 2 GB, is the reader's.)</summary>
public sealed class ListingMemoryTests
{
    private const int MaxResidentMiB = 350, Few = 1_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(LongRun.Pick(5, 60));

    [Fact]
    public async Task R12_a_listing_of_many_keys_stays_within_its_memory()
    {
        if (!File.Exists("/proc/self/status")) Assert.Skip("reads peak memory from /proc");
        int keys = LongRun.Pick(10_000, 1_000_000);
        int few = await PeakMiBAsync(Few, bug: null), many = await PeakMiBAsync(keys, bug: null);
        LongRun.Say(string.Create(CultureInfo.InvariantCulture, $"R12: {keys} keys listed twice: {many} MiB at the peak, {many - few} more than for {Few} keys"));
        Assert.InRange(many, 1, MaxResidentMiB);
    }

    [Fact]
    public async Task R12_turns_red_when_a_listing_is_gathered_whole()
    {
        if (!LongRun.On) Assert.Skip("part of the long set: only a long listing weighs enough (tests/long.sh R12)");
        Assert.NotInRange(await PeakMiBAsync(1_000_000, "whole-listing"), 1, MaxResidentMiB);
    }

    /// <summary>Largest resident memory of a process that puts so many keys on its ledger and has begun to list them once more. No object can be fetched meanwhile.</summary>
    private static async Task<int> PeakMiBAsync(int keys, string? bug)
    {
        await using var aws = await FakeAws.StartAsync();
        aws.Fault = call => call.Operation == "Get" ? FakeFault.AccessDenied : null;
        byte[] body = new byte[100];
        for (int i = 0; i < keys; i++)
        {
            // A day's folder has a few thousand objects.
            var day = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(i / 4_000);
            aws.S3.Put("logs", string.Create(CultureInfo.InvariantCulture,
                $"AWSLogs/111122223333/vpcflowlogs/eu-west-1/{day:yyyy/MM/dd}/111122223333_vpcflowlogs_eu-west-1_fl-0a1b2c3d4e5f60718_{day:yyyyMMdd}T{i % 4_000 / 170:00}00Z_{i:x8}.log.gz"), body, day);
        }
        using var data = new TempFolder();
        string[] more = ["Ingest:Sources:0:Bucket=logs", $"Ingest:Sources:0:Endpoint={aws.Url}", "Ingest:Sources:0:Region=eu-west-1", "Ingest:Sources:0:ReconcileInterval=00:00:01", "Ingest:PollInterval=00:00:01"];
        using var child = ChildHost.Start(data.Root, null, bug is null ? more : ["--bug", bug, .. more]);
        await child.StartedAsync();
        int pages = (keys + 999) / 1_000, peak = 0;
        using var patience = new CancellationTokenSource(Patience);
        while (!patience.IsCancellationRequested && !child.HasExited)
        {
            peak = Math.Max(peak, Peak(child.Id));
            if (await OnLedgerAsync(data.Path("wayward.db")) == keys && aws.Calls.Count(c => c.Operation == "List") > 2 * pages + pages / 2 || bug is not null && peak > MaxResidentMiB) break;
            await Task.Delay(200, CancellationToken.None);
        }
        Assert.False(child.HasExited, child.Errors);
        Assert.False(patience.IsCancellationRequested, $"{await OnLedgerAsync(data.Path("wayward.db"))} of {keys} keys on the ledger. {child.Errors}");
        child.Kill();
        return peak;
    }

    private static int Peak(int process) =>
        int.Parse(File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024;

    private static async Task<long> OnLedgerAsync(string path)
    {
        await using var connection = new SqliteConnection($"Data Source={path};Mode=ReadOnly;Pooling=False;Default Timeout=10");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM source_objects";
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
