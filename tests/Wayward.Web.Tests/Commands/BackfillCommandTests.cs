using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Wayward.Storage.Audit;
using Wayward.Storage;
using Wayward.Storage.Ingest;
using Wayward.Testing;

namespace Wayward.Web.Tests.Commands;

/// <summary>The command writes rows into the store that a server carries out; here none runs.</summary>
public sealed class BackfillCommandTests
{
    private const string Bucket = "s3://logs/";

    private static async Task<T> InStoreAsync<T>(string data, Func<ServiceProvider, Task<T>> work)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddWaywardStorage(new StorageOptions { DataDirectory = data });
        await using var provider = services.BuildServiceProvider();
        await provider.GetRequiredService<StorageInitializer>().InitializeAsync(TestContext.Current.CancellationToken);
        return await work(provider);
    }

    /// <summary>A store that a server has used, which read a bucket and a queue.</summary>
    private static async Task<string> StoreAsync(TemporaryFolder folder)
    {
        string data = Path.Combine(folder.FullName, "data");
        await InStoreAsync(data, async p =>
        {
            await p.GetRequiredService<ISourceDirectory>().AnnounceAsync([(Bucket, true), ("sqs:https://queue/x", false)], default);
            return 0;
        });
        return data;
    }

    private static Task<CommandRun> Run(string data, params string[] arguments) => CommandRun.Of(["backfill", .. arguments, "--data", data]);

    [Fact]
    public async Task A_backfill_is_started_paused_resumed_and_cancelled_by_its_number()
    {
        using var folder = new TemporaryFolder();
        string data = await StoreAsync(folder);
        var run = await Run(data, "start", "--source", "logs", "--from", "2026-10-01", "--to", "2026-10-31", "--prefix", "AWSLogs/", "--newest-first");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal("1 running s3://logs/ 2026-10-01..2026-10-31 AWSLogs/ newest first: 0 of 0 objects so far, 0 bytes; waits for a process that reads this source", run.Out.Trim());
        var range = await InStoreAsync(data, async p => (await p.GetRequiredService<IBackfillStore>().FindAsync(1, default))!.Range);
        Assert.Equal(new BackfillRange(Bucket, new(2026, 10, 1), new(2026, 10, 31), "AWSLogs/", true), range);
        Assert.Contains("1 paused", (await Run(data, "pause", "1")).Out, StringComparison.Ordinal);
        Assert.Contains("1 paused", (await Run(data, "watch", "1")).Out, StringComparison.Ordinal);
        Assert.Contains("1 running", (await Run(data, "resume", "1")).Out, StringComparison.Ordinal);
        Assert.Contains("1 cancelled", (await Run(data, "cancel", "1")).Out, StringComparison.Ordinal);
        run = await Run(data, "resume", "1");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("backfill 1 is cancelled and cannot be resumed", run.Error, StringComparison.Ordinal);
        Assert.Contains("there is no backfill 9", (await Run(data, "pause", "9")).Error, StringComparison.Ordinal);
        var verbs = await InStoreAsync(data, async p => (await p.GetRequiredService<Storage.Audit.IAuditStore>().QueryAsync("backfill 1", null, 0, 9, default)).Rows.Select(e => $"{e.Verb} by {e.Actor}").Order());
        Assert.Equal(["backfill.cancel by command line", "backfill.pause by command line", "backfill.resume by command line", "backfill.start by command line"], verbs);
    }

    [Fact]
    public async Task A_dry_run_of_a_folder_needs_no_server_and_is_started_by_its_number()
    {
        using var folder = new TemporaryFolder();
        string data = await StoreAsync(folder);
        string logs = Directory.CreateDirectory(Path.Combine(folder.FullName, "logs", "AWSLogs", "1", "vpcflowlogs", "eu-west-1", "2026", "10", "05")).FullName;
        for (int i = 0; i < 3; i++)
        {
            string file = Path.Combine(logs, string.Create(CultureInfo.InvariantCulture, $"{i}.log"));
            await File.WriteAllTextAsync(file, "0123456789", TestContext.Current.CancellationToken);
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-1));
        }
        string root = Path.Combine(folder.FullName, "logs");
        var run = await Run(data, "dry-run", "--source", root, "--from", "2026-10-05");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.StartsWith("3 objects, 30 bytes; the ledger lacks 3 of them, 30 bytes", run.Out, StringComparison.Ordinal);
        string number = Regex.Match(run.Out, @"start (\d+)").Groups[1].Value;
        Assert.Contains("running folder:" + root, (await Run(data, "start", number)).Out, StringComparison.Ordinal);
        Assert.Equal(2, (await Run(data, "start", number)).ExitCode);
        Assert.StartsWith("0 objects", (await Run(data, "dry-run", "--source", root, "--to", "2026-10-04")).Out, StringComparison.Ordinal);
        var list = await Run(data, "list");
        Assert.Contains("source s3://logs/", list.Out, StringComparison.Ordinal);
        Assert.Contains("(a queue: name the listing", list.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--source is missing", "dry-run")]
    [InlineData("give either the NUMBER", "start")]
    [InlineData("give either the NUMBER", "start", "1", "--source", "logs")]
    [InlineData("no source is called", "start", "--source", "absent")]
    [InlineData("means more than one", "start", "--source", "s")]
    [InlineData("is a queue and cannot be listed", "start", "--source", "sqs:")]
    [InlineData("accepted: a day such as", "start", "--source", "logs", "--from", "yesterday")]
    [InlineData("The last day lies before the first", "start", "--source", "logs", "--from", "2026-02-01", "--to", "2026-01-01")]
    [InlineData("no dry run that could be started", "start", "5")]
    public async Task What_is_wrong_is_said(string message, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        var run = await Run(await StoreAsync(folder), arguments);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Out);
    }

    [Fact]
    public async Task A_source_is_paused_for_all_processes()
    {
        using var folder = new TemporaryFolder();
        string data = await StoreAsync(folder);
        Assert.Contains("s3://logs/ is now paused", (await Run(data, "pause-source", "logs")).Out, StringComparison.Ordinal);
        Assert.Contains("was already paused", (await Run(data, "pause-source", "logs")).Out, StringComparison.Ordinal);
        Assert.Contains("source s3://logs/, paused by command line", (await Run(data, "list")).Out, StringComparison.Ordinal);
        Assert.Contains("is now being read", (await Run(data, "resume-source", "logs")).Out, StringComparison.Ordinal);
    }
}
