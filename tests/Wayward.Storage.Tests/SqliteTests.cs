using Microsoft.EntityFrameworkCore;
using Wayward.Storage.Contacts;

namespace Wayward.Storage.Tests;

/// <summary>What only a file has.</summary>
public sealed class SqliteTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_library_is_new_enough_and_the_directory_is_private()
    {
        string directory = Path.Combine(Directory.CreateTempSubdirectory("wayward-storage-").FullName, "data");
        await using var storage = await StorageFixture.CreateAsync(StorageProvider.Sqlite, directory);
        await using var db = await storage.Contexts.CreateDbContextAsync(Token);
        await db.Database.OpenConnectionAsync(Token);
        Assert.True(Version.Parse(db.Database.GetDbConnection().ServerVersion) >= Sqlite.SqliteDialect.MinimumVersion);
        Assert.Equal("wal", (await db.Database.SqlQueryRaw<string>("SELECT journal_mode AS Value FROM pragma_journal_mode").ToListAsync(Token)).Single());
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(directory));
    }

    [Fact]
    public void A_library_that_is_too_old_is_refused() =>
        Assert.Throws<NotSupportedException>(() => Sqlite.SqliteDialect.CheckVersion("3.51.2"));

    [Fact]
    public async Task Instances_are_recounted_from_their_own_findings_not_from_all_that_are_open()
    {
        await using var storage = await StorageFixture.CreateAsync(StorageProvider.Sqlite);
        await using var db = await storage.Contexts.CreateDbContextAsync(Token);
        await db.Database.OpenConnectionAsync(Token);
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = "EXPLAIN QUERY PLAN " + Findings.FindingChangesSaver.Recount + " WHERE i.key = 'i-1'";
        var plan = new List<string>();
        await using (var reader = await command.ExecuteReaderAsync(Token))
            while (await reader.ReadAsync(Token)) plan.Add(reader.GetString(3));
        Assert.Equal(2, plan.Count(step => step.StartsWith("SEARCH m ", StringComparison.Ordinal) && step.EndsWith("(instance_key=?)", StringComparison.Ordinal)));
        Assert.Equal(2, plan.Count(step => step.StartsWith("SEARCH f ", StringComparison.Ordinal) && step.EndsWith("(id=?)", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_set_of_numbers_survives_its_bytes()
    {
        int[] ids = [1, 2, 130, 20_000, int.MaxValue];
        Assert.Equal(ids, IdSet.Read(IdSet.Write(ids.Reverse())).Order());
        Assert.Empty(IdSet.Read([]));
    }
}
