using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Wayward.Engine.Sources;
using Wayward.Engine.Tests.Fakes;
using Wayward.Storage;
using Wayward.Storage.Maintenance;
using Wayward.Storage.Sqlite;

namespace Wayward.Engine.Tests.Reliability;

/// <summary>
/// R13: backups taken while objects are ingested. Each is restored, passes the database's own check and every checksum, and once the restored store has read what came later, its dump equals
/// that of a run that nobody backed up. Damage, down to one bit of one value in a sound page, is found.
/// </summary>
public sealed class BackupTests : IDisposable
{
    private const int Objects = 240;
    private readonly TempFolder _folders = new();

    [Fact]
    public async Task R13_every_backup_taken_during_ingest_restores_to_a_sound_store_that_goes_on_to_an_equal_dump()
    {
        var cancellation = TestContext.Current.CancellationToken;
        int wanted = LongRun.Pick(3, 50);
        SmallObjects.WriteAll(_folders.Path("logs"), Objects);
        string whole = await WholeAsync();
        var clock = Stopwatch.StartNew();
        List<(string File, long Done)> backups = [];
        for (int pass = 0; backups.Count < wanted; pass++)
        {
            await using var rig = await StartAsync(_folders.Path($"source-{pass}"));
            for (long last = -1; backups.Count < wanted && rig.Control.Progress.Done < Objects; last = rig.Control.Progress.Done)
            {
                // Each at another stage of the work, and all of them while it goes on.
                while (rig.Control.Progress.Done <= last) await Task.Delay(1, cancellation);
                string file = _folders.Path($"backup-{backups.Count}.db");
                await rig.Get<IStorageMaintenance>().BackupAsync(file, cancellation);
                backups.Add((file, rig.Control.Progress.Done));
            }
            await rig.WhenIdleAsync();
        }
        int partial = 0;
        foreach (var (file, _) in backups)
        {
            var (dump, done, days) = await GoOnFromAsync(file);
            Assert.True(days > 0, "no day was checked");
            Assert.True(dump == whole, $"{file}: {CrashTests.FirstDifference(whole, dump)}");
            if (done < Objects * 9 / 10) partial++;
        }
        Assert.True(partial * 2 >= backups.Count, $"only {partial} of {backups.Count} backups were taken before the end of the work");
        LongRun.Say($"R13: {backups.Count} backups during ingest, {partial} of them of less than nine tenths, restored, sound, gone on to an equal dump; {clock.Elapsed.TotalSeconds:0} s");
    }

    /// <summary>
    /// The planted bug: a backup table by table, as an export makes it, whose ledger is of a later moment than the cells. It is sound and its checksums are right, but it calls objects done whose
    /// records it lacks.
    /// </summary>
    [Fact]
    public async Task R13_turns_red_when_the_tables_of_a_backup_are_of_different_moments()
    {
        var cancellation = TestContext.Current.CancellationToken;
        SmallObjects.WriteAll(_folders.Path("logs"), Objects);
        string whole = await WholeAsync();
        await using (var rig = await StartAsync(_folders.Path("source")))
        {
            await BackupAfterAsync(rig, 1, _folders.Path("early.db"));
            await BackupAfterAsync(rig, Objects * 3 / 4, _folders.Path("late.db"));
            await rig.WhenIdleAsync();
        }
        Directory.CreateDirectory(_folders.Path("mixed"));
        File.Copy(_folders.Path("early.db"), _folders.Path("mixed", "wayward.db"));
        await using (var connection = new SqliteConnection($"Data Source={_folders.Path("mixed", "wayward.db")};Pooling=False"))
        {
            await connection.OpenAsync(cancellation);
            using var command = Command(connection, "ATTACH $late AS late; DELETE FROM source_objects; INSERT INTO source_objects SELECT * FROM late.source_objects");
            command.Parameters.AddWithValue("$late", _folders.Path("late.db"));
            await command.ExecuteNonQueryAsync(cancellation);
        }
        await using (var rig = await StartAsync(_folders.Path("mixed"), start: false)) await rig.Get<IStorageMaintenance>().BackupAsync(_folders.Path("backup.db"), cancellation);
        Assert.NotEqual(whole, (await GoOnFromAsync(_folders.Path("backup.db"))).Dump);

        async Task BackupAfterAsync(IngestRig rig, int done, string file)
        {
            while (rig.Control.Progress.Done < done) await Task.Delay(1, cancellation);
            await rig.Get<IStorageMaintenance>().BackupAsync(file, cancellation);
        }
    }

    /// <summary>Checks and restores a backup, lets the restored store read what came later, and checks it again.</summary>
    /// <returns>The dump in the end, how many objects the backup called done, and how many days were checked by their checksums; a backup of different moments may go on to hold none.</returns>
    private async Task<(string Dump, long Done, int Days)> GoOnFromAsync(string file)
    {
        var cancellation = TestContext.Current.CancellationToken;
        Assert.Empty((await SqliteBackup.VerifyAsync(file, cancellation)).Problems);
        string data = _folders.Path("restored");
        await SqliteBackup.RestoreAsync(file, new StorageOptions { DataDirectory = data }, TimeProvider.System, cancellation);
        Assert.Equal("ok", StoreFile.Integrity(data));
        string dump;
        long done;
        int days;
        await using (var rig = await StartAsync(data, start: false))
        {
            done = (await rig.Ledger.CountAsync(cancellation)).ByState.GetValueOrDefault(Storage.Ingest.SourceObjectState.Done);
            await rig.StartAsync();
            await rig.WhenIdleAsync();
            dump = await rig.DumpAsync();
            await rig.Get<IStorageMaintenance>().RunAsync(new RetentionOptions { CompactAfterDays = 0 }, cancellation);
            var report = await rig.Get<IStorageMaintenance>().VerifyAsync(cancellation);
            Assert.Empty(report.Problems);
            days = report.Days;
        }
        SqliteConnection.ClearAllPools();
        Directory.Delete(data, recursive: true);
        return (dump, done, days);
    }

    [Fact]
    public async Task R13_a_flipped_bit_is_found_by_the_checksums_where_the_databases_own_check_misses_it()
    {
        var cancellation = TestContext.Current.CancellationToken;
        int flips = LongRun.Pick(12, 60);
        SmallObjects.WriteAll(_folders.Path("logs"), Objects);
        string file = _folders.Path("backup.db");
        await using (var rig = await StartAsync(_folders.Path("data")))
        {
            await rig.WhenIdleAsync();
            await rig.Get<IStorageMaintenance>().BackupAsync(file, cancellation);
        }
        byte[] good = await File.ReadAllBytesAsync(file, cancellation);
        int seed = LongRun.Seed(), found = 0, foundByCheck = 0;
        var random = new Random(seed);
        for (int i = 0; i < flips; i++)
        {
            byte[] bad = (byte[])good.Clone();
            bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
            await File.WriteAllBytesAsync(file, bad, cancellation);
            if (!(await SqliteBackup.VerifyAsync(file, cancellation)).Good) found++;
            await Assert.ThrowsAsync<InvalidDataException>(() => SqliteBackup.RestoreAsync(file, new StorageOptions { DataDirectory = _folders.Path("no") }, TimeProvider.System, cancellation));
            if (!OwnCheckPasses(file)) foundByCheck++;
        }
        Assert.Equal(flips, found);
        Assert.False(Directory.Exists(_folders.Path("no")) && File.Exists(Path.Combine(_folders.Path("no"), "wayward.db")), "a damaged backup was restored");
        LongRun.Say($"R13: {found}/{flips} flipped bits of a backup found (seed {seed}); the database's own check finds {foundByCheck}");
    }

    [Fact]
    public async Task R13_a_value_flipped_in_the_live_file_is_found_by_the_checksum_of_its_day_and_the_same_harness_misses_it_without()
    {
        var cancellation = TestContext.Current.CancellationToken;
        int flips = LongRun.Pick(10, 60);
        SmallObjects.WriteAll(_folders.Path("logs"), Objects);
        await using var rig = await StartAsync(_folders.Path("data"));
        await rig.WhenIdleAsync();
        var maintenance = rig.Get<IStorageMaintenance>();
        await maintenance.RunAsync(new RetentionOptions { CompactAfterDays = 0 }, cancellation);
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(_folders.Path("data"), "wayward.db")};Pooling=False");
        await connection.OpenAsync(cancellation);
        string[] columns = ["out_accepted_bytes", "out_accepted_packets", "first_contact", "last_contact", "in_accepted_bytes", "max_packets"];
        int seed = LongRun.Seed(), found = 0, foundWithout = 0;
        var random = new Random(seed);
        for (int i = 0; i < flips; i++)
        {
            string column = columns[random.Next(columns.Length)];
            long bit = 1L << random.Next(12);
            string undo = Flip(connection, random, column, bit);
            if (!(await maintenance.VerifyAsync(cancellation)).Good) found++;
            // The planted bug: no checksums. The file is sound, so nothing else can tell.
            if (StoreFile.Integrity(_folders.Path("data")) != "ok") foundWithout++;
            Execute(connection, undo);
        }
        Assert.Equal(flips, found);
        Assert.Equal(0, foundWithout);
        Assert.True((await maintenance.VerifyAsync(cancellation)).Good);
        LongRun.Say($"R13: {found}/{flips} changed values found by the checksum of their day (seed {seed}); {foundWithout} by the database's own check");
    }

    /// <summary>Changes one bit of one value of a day that has a checksum, behind the program's back.</summary>
    /// <returns>The statement that undoes it.</returns>
    private static string Flip(SqliteConnection connection, Random random, string column, long bit)
    {
        long cells = Scalar(connection, "SELECT count(*) FROM contact_hours WHERE hour / 24 IN (SELECT day FROM day_checksums)");
        string key = FormattableString.Invariant($"SELECT instance_id, endpoint_id, hour FROM contact_hours WHERE hour / 24 IN (SELECT day FROM day_checksums) ORDER BY 1, 2, 3 LIMIT 1 OFFSET {random.NextInt64(cells)}");
        string where = $"WHERE (instance_id, endpoint_id, hour) = ({key})";
        long value = Scalar(connection, $"SELECT {column} FROM contact_hours {where}");
        Execute(connection, FormattableString.Invariant($"UPDATE contact_hours SET {column} = {value ^ bit} {where}"));
        return FormattableString.Invariant($"UPDATE contact_hours SET {column} = {value} {where}");
    }

    private static long Scalar(SqliteConnection connection, string sql)
    {
        using var command = Command(connection, sql);
        return (long)command.ExecuteScalar()!;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = Command(connection, sql);
        Assert.Equal(1, command.ExecuteNonQuery());
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // made of this class's own constants and numbers
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }

    private static bool OwnCheckPasses(string file)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False;Mode=ReadOnly");
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA integrity_check";
            return command.ExecuteScalar() is "ok";
        }
        catch (SqliteException)
        {
            return false;
        }
    }

    private async Task<string> WholeAsync()
    {
        await using var rig = await StartAsync(_folders.Path("whole"));
        await rig.WhenIdleAsync();
        return await rig.DumpAsync();
    }

    private Task<IngestRig> StartAsync(string data, bool start = true) =>
        IngestRig.StartAsync(data, IngestRig.Fast with { Sources = [new SourceOptions { Path = _folders.Path("logs") }], CommitObjects = 4 }, start: start);

    public void Dispose() => _folders.Dispose();
}
