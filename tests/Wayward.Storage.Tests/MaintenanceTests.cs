using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Wayward.Core.Contacts;
using Wayward.Storage.Maintenance;
using Wayward.Storage.Sqlite;

namespace Wayward.Storage.Tests;

public sealed class MaintenanceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;
    private static readonly RetentionOptions Keep = new() { CompactAfterDays = 0 };

    private static async Task FillAsync(StorageFixture storage, int seed = 31)
    {
        await storage.Contacts.CommitAsync(OrderTests.Objects(seed, 40), Token);
        await storage.Findings.ApplyAsync(Make.Result(Make.Finding("i-1", Make.Google, Make.T0)), null, _ => null, Token);
    }

    [Fact]
    public async Task A_backup_taken_while_objects_are_committed_restores_to_an_equal_dump_of_its_moment()
    {
        await using var storage = await StorageFixture.CreateAsync();
        await FillAsync(storage);
        string folder = Directory.CreateTempSubdirectory("wayward-backup-").FullName, file = Path.Combine(folder, "b.db");
        using var stop = new CancellationTokenSource();
        var ingest = Task.Run(async () =>
        {
            foreach (var item in OrderTests.Objects(77, 400).Select((o, n) => Make.Object($"late-{n}", o.Batch)))
            {
                if (stop.IsCancellationRequested) return;
                await storage.Contacts.CommitAsync([item], CancellationToken.None);
            }
        }, Token);
        var manifest = await storage.Get<IStorageMaintenance>().BackupAsync(file, Token);
        await stop.CancelAsync();
        await ingest;
        Assert.True((await SqliteBackup.VerifyAsync(file, Token)).Good);
        Assert.NotEmpty(manifest.Days);
        await Assert.ThrowsAsync<IOException>(() => storage.Get<IStorageMaintenance>().BackupAsync(file, Token));

        var target = new StorageOptions { DataDirectory = Path.Combine(folder, "restored") };
        Assert.Null(await SqliteBackup.RestoreAsync(file, target, storage.Time, Token));
        await using (var restored = await StorageFixture.CreateAsync(target.DataDirectory))
        {
            // The backup holds a whole number of commits: what is missing is committed again, and nothing is doubled.
            await restored.Contacts.CommitAsync([.. OrderTests.Objects(77, 400).Select((o, n) => Make.Object($"late-{n}", o.Batch))], Token);
            await storage.Contacts.CommitAsync([.. OrderTests.Objects(77, 400).Select((o, n) => Make.Object($"late-{n}", o.Batch))], Token);
            Assert.Equal(await OrderTests.DumpAsync(storage), await OrderTests.DumpAsync(restored));
            await Assert.ThrowsAsync<IOException>(() => SqliteBackup.RestoreAsync(file, target, storage.Time, Token));
        }
        string former = (await SqliteBackup.RestoreAsync(file, target, storage.Time, Token))!;
        Assert.True(File.Exists(former));
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_flipped_bit_anywhere_in_a_backup_is_found(int seed)
    {
        await using var storage = await StorageFixture.CreateAsync();
        await FillAsync(storage);
        string folder = Directory.CreateTempSubdirectory("wayward-backup-").FullName, file = Path.Combine(folder, "b.db");
        await storage.Get<IStorageMaintenance>().BackupAsync(file, Token);
        byte[] good = await File.ReadAllBytesAsync(file, Token);
        var random = new Random(seed);
        for (int i = 0; i < 6; i++)
        {
            byte[] bad = (byte[])good.Clone();
            bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
            await File.WriteAllBytesAsync(file, bad, Token);
            Assert.False((await SqliteBackup.VerifyAsync(file, Token)).Good);
            var error = await Assert.ThrowsAsync<InvalidDataException>(() => SqliteBackup.RestoreAsync(file, new StorageOptions { DataDirectory = Path.Combine(folder, "no") }, storage.Time, Token));
            Assert.Contains("SHA-256", error.Message, StringComparison.Ordinal);
        }
        await File.WriteAllBytesAsync(file, good, Token);
        Assert.True((await SqliteBackup.VerifyAsync(file, Token)).Good);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_value_changed_behind_our_back_is_found_though_the_file_is_sound_and_an_honest_commit_is_not()
    {
        await using var storage = await StorageFixture.CreateAsync();
        await FillAsync(storage);
        var maintenance = storage.Get<IStorageMaintenance>();
        Assert.True((await maintenance.RunAsync(Keep, Token)).Sealed > 0);
        Assert.Equal(0, (await maintenance.RunAsync(Keep, Token)).Sealed);
        var report = await maintenance.VerifyAsync(Token);
        Assert.True(report.Good);
        Assert.True(report.Days > 0);

        // Late data is written to a sealed day: its digest goes, and comes back with the next run.
        await storage.Contacts.CommitAsync([Make.Object("late", Make.Batch(99, ("i-1", Make.Google, Make.T0 + 30)))], Token);
        Assert.True((await maintenance.VerifyAsync(Token)).Good);
        Assert.Equal(1, (await maintenance.RunAsync(Keep, Token)).Sealed);

        await using (var connection = new SqliteConnection($"Data Source={storage.Options.SqlitePath}"))
        {
            await connection.OpenAsync(Token);
            using var command = connection.CreateCommand();
            command.CommandText = $"UPDATE contact_hours SET out_accepted_bytes = out_accepted_bytes + 1 WHERE hour = {UnixTime.Hour(Make.T0)} AND instance_id = (SELECT id FROM instances WHERE key = 'i-1')";
            Assert.True(await command.ExecuteNonQueryAsync(Token) > 0);
        }
        Assert.Contains("2026-02-01", Assert.Single((await maintenance.VerifyAsync(Token)).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compaction_keeps_sums_spans_and_order_independence()
    {
        await using var storage = await StorageFixture.CreateAsync();
        var objects = OrderTests.Objects(41, 60);
        await storage.Contacts.CommitAsync(objects, Token);
        var before = await storage.Contacts.LoadAsync(Token);
        var maintenance = storage.Get<IStorageMaintenance>();
        var result = await maintenance.RunAsync(new() { CompactAfterDays = 60 }, Token);
        Assert.True(result.Cells > 0);
        Assert.Equal(0, (await maintenance.RunAsync(new() { CompactAfterDays = 60 }, Token)).Cells);
        var after = await storage.Contacts.LoadAsync(Token);
        int cutoff = UnixTime.Day(before.MaxStart) - 60;
        foreach (var (key, history) in before.Instances)
        {
            foreach (var (endpoint, cells) in history.Pairs)
            {
                var now = after.Instances[key].Pairs[endpoint];
                Assert.Equal(cells.Sum(c => c.OutAccepted.Bytes), now.Sum(c => c.OutAccepted.Bytes));
                Assert.Equal((cells.Min(c => c.FirstContact), cells.Max(c => c.LastContact)), (now.Min(c => c.FirstContact), now.Max(c => c.LastContact)));
                Assert.All(now.Where(c => c.Hour / 24 < cutoff).GroupBy(c => c.Hour / 24), d => Assert.Single(d));
                Assert.Equal(cells.Count(c => c.Hour / 24 >= cutoff), now.Count(c => c.Hour / 24 >= cutoff));
            }
        }
        Assert.True((await maintenance.VerifyAsync(Token)).Good);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(60, true)]
    [InlineData(59, false)]
    [InlineData(-1, false)]
    public void Retention_that_would_touch_the_history_window_is_refused(int days, bool accepted) =>
        Assert.Equal(accepted, new RetentionOptions { CompactAfterDays = days }.Validate(TimeSpan.FromDays(45)).Count == 0);
}
