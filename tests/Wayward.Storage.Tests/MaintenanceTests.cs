using Wayward.Storage.Maintenance;
using Wayward.Storage.Sqlite;

namespace Wayward.Storage.Tests;

public sealed class MaintenanceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    internal static async Task FillAsync(StorageFixture storage, int seed = 31)
    {
        await storage.Contacts.CommitAsync(OrderTests.Objects(seed, 40), Token);
        await storage.Findings.ApplyAsync(Make.Result(Make.Finding("i-1", Make.Google, Make.T0)), null, _ => null, Token);
    }

    [Fact]
    public async Task A_backup_taken_while_objects_are_committed_restores_to_an_equal_dump_of_its_moment()
    {
        await using var storage = await StorageFixture.CreateAsync(StorageProvider.Sqlite);
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
        await using (var restored = await StorageFixture.CreateAsync(StorageProvider.Sqlite, target.DataDirectory))
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
        await using var storage = await StorageFixture.CreateAsync(StorageProvider.Sqlite);
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

    [Theory]
    [InlineData(0, true)]
    [InlineData(60, true)]
    [InlineData(59, false)]
    [InlineData(-1, false)]
    public void Retention_that_would_touch_the_history_window_is_refused(int days, bool accepted) =>
        Assert.Equal(accepted, new RetentionOptions { CompactAfterDays = days }.Validate(TimeSpan.FromDays(45)).Count == 0);
}
