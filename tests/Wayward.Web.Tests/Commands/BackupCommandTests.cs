using Microsoft.Data.Sqlite;
using Wayward.Web.Tests.Hosting;

namespace Wayward.Web.Tests.Commands;

/// <summary>backup, verify and restore as an operator types them.</summary>
public sealed class BackupCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wayward-backup-command-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string At(string name) => Path.Combine(_folder, name);

    /// <summary>The data folder of a program that has run and stopped.</summary>
    private async Task<string> DataAsync(string name = "data")
    {
        await using var host = await TestHost.StartAsync(source => File.WriteAllText(Path.Combine(source, "a.log"), SmallLog));
        await host.Get<Engine.Pipeline.IIngestControl>().WhenIdleAsync(Cancellation);
        var backup = await CommandRun.Of("backup", At(name + ".db"), "--data", host.Data);
        Assert.Equal(0, backup.ExitCode);
        var restore = await CommandRun.Of("restore", At(name + ".db"), "--data", At(name));
        Assert.Equal(0, restore.ExitCode);
        return At(name);
    }

    private const string SmallLog = """
        version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status
        2 123456789012 eni-0a1b2c3d 10.0.0.5 8.8.8.8 40000 53 17 1 60 1772360000 1772360060 ACCEPT OK
        2 123456789012 eni-0a1b2c3d 8.8.8.8 10.0.0.5 53 40000 17 1 120 1772360000 1772360060 ACCEPT OK

        """;

    [Fact]
    public async Task A_store_that_was_backed_up_and_restored_is_sound()
    {
        string data = await DataAsync();
        var database = await CommandRun.Of("verify", "--data", data);
        Assert.True(database.ExitCode == 0, database.Error);
        Assert.StartsWith("sound: ", database.Out, StringComparison.Ordinal);
        var backup = await CommandRun.Of("verify", "--backup", At("data.db"));
        Assert.True(backup.ExitCode == 0, backup.Error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("SQLite format 3")]
    [InlineData("this is no database, but a text of a hundred bytes or more, as someone might leave it in the place of a database file.")]
    public async Task A_file_that_holds_no_database_is_not_sound_and_stays_as_it_is(string content)
    {
        string data = Directory.CreateDirectory(At("data")).FullName, file = Path.Combine(data, "wayward.db");
        await File.WriteAllTextAsync(file, content, Cancellation);
        var run = await CommandRun.Of("verify", "--data", data);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("NOT sound", run.Out, StringComparison.Ordinal);
        Assert.Contains("wayward.db", run.Error, StringComparison.Ordinal);
        Assert.Equal(content, await File.ReadAllTextAsync(file, Cancellation));
    }

    [Theory]
    [InlineData("DELETE FROM source_objects")]
    [InlineData("DELETE FROM coverage_days")]
    [InlineData("UPDATE audit_heads SET sequence = sequence + 1")]
    public async Task A_changed_database_is_not_sound(string sql)
    {
        string data = await DataAsync();
        await using (var connection = new SqliteConnection($"Data Source={Path.Combine(data, "wayward.db")};Pooling=False"))
        {
            await connection.OpenAsync(Cancellation);
            await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // constants above
            command.CommandText = sql;
#pragma warning restore CA2100
            Assert.True(await command.ExecuteNonQueryAsync(Cancellation) > 0);
        }
        Assert.Equal(1, (await CommandRun.Of("verify", "--data", data)).ExitCode);
        // And no backup is made of it that would look sound.
        if (sql.Contains("audit", StringComparison.Ordinal)) Assert.Equal(3, (await CommandRun.Of("backup", At("bad.db"), "--data", data)).ExitCode);
    }

    [Fact]
    public async Task A_database_of_a_newer_schema_is_refused_by_every_command_with_both_versions()
    {
        string data = await DataAsync();
        await using (var connection = new SqliteConnection($"Data Source={Path.Combine(data, "wayward.db")};Pooling=False"))
        {
            await connection.OpenAsync(Cancellation);
            await using var command = connection.CreateCommand();
            command.CommandText = "INSERT INTO __EFMigrationsHistory VALUES ('20991231000000_Later', '99.0.0')";
            await command.ExecuteNonQueryAsync(Cancellation);
        }
        foreach (string[] arguments in new[] { new[] { "verify" }, ["backup", At("c.db")], ["serve", "--urls", "http://127.0.0.1:0"], ["explain", "x"] })
        {
            var run = await CommandRun.Of([.. arguments, "--data", data]);
            Assert.True(run.ExitCode is 1 or 3, $"{arguments[0]}: {run.ExitCode} {run.Error}");
            Assert.Contains("20991231000000_Later", run.Error, StringComparison.Ordinal);
            Assert.Matches("knows schemas up to '[0-9]{14}_", run.Error);
            Assert.DoesNotContain("fault of the program", run.Error, StringComparison.Ordinal);
        }
        Assert.False(File.Exists(At("c.db")));
    }

    [Fact]
    public async Task A_backup_onto_a_full_disk_exits_3_with_one_sentence()
    {
        using var disk = Testing.SmallDisk.TryMount(64);
        Assert.SkipWhen(disk is null, "a small file system cannot be mounted here");
        string data = await DataAsync();
        var run = await CommandRun.Of("backup", Path.Combine(disk.Root, "b.db"), "--data", data);
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("is full; no backup was made", run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(disk.Root));
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }
}
