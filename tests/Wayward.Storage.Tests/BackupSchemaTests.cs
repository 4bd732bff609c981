using Microsoft.Data.Sqlite;
using Wayward.Storage.Maintenance;
using Wayward.Storage.Model;
using Wayward.Storage.Sqlite;
using Wayward.Testing;

namespace Wayward.Storage.Tests;

/// <summary>Backups of other schemas, of full disks, and who may read them.</summary>
public sealed class BackupSchemaTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wayward-backup-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string At(string name) => Path.Combine(_folder, name);

    private async Task<string> BackupAsync(string name = "b.db")
    {
        await using var storage = await StorageFixture.CreateAsync(StorageProvider.Sqlite);
        await MaintenanceTests.FillAsync(storage);
        await storage.Get<IStorageMaintenance>().BackupAsync(At(name), Token);
        return At(name);
    }

    private static string Known(StorageFixture storage)
    {
        using var db = storage.Contexts.CreateDbContext();
        return SchemaCheck.Known(db);
    }

    [Fact]
    public async Task A_backup_of_an_older_schema_is_migrated_in_a_copy_verified_and_put_in_place()
    {
        string file = await BackupAsync();
        byte[] before = await File.ReadAllBytesAsync(file, Token);
        Assert.Empty((await SqliteBackup.VerifyAsync(file, NextSchema.Extend, Token)).Problems);
        var target = new StorageOptions { DataDirectory = At("restored") };
        Assert.Null(await SqliteBackup.RestoreAsync(file, target, TimeProvider.System, NextSchema.Extend, Token));
        Assert.Contains(NextSchema.Migration, new BackupContent(target.SqlitePath, NextSchema.Extend).Migrations());
        Assert.Equal("new", Scalar(target.SqlitePath, "SELECT later FROM findings"));
        Assert.Equal(before, await File.ReadAllBytesAsync(file, Token));
        Assert.Equal(["wayward.db"], Directory.EnumerateFiles(target.DataDirectory).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_changed_row_of_a_backup_of_an_older_schema_is_found_after_migration()
    {
        string file = await BackupAsync();
        Execute(file, "UPDATE findings SET severity = severity - 1");
        await ForgeManifestAsync(file);
        Assert.Contains(await ProblemsAsync(), p => p.Contains("differs from its checksum", StringComparison.Ordinal));
        await Assert.ThrowsAsync<InvalidDataException>(() => SqliteBackup.RestoreAsync(file, new StorageOptions { DataDirectory = At("no") }, TimeProvider.System, NextSchema.Extend, Token));
        Assert.Empty(Directory.EnumerateFileSystemEntries(At("no")));

        async Task<IReadOnlyList<string>> ProblemsAsync() => (await SqliteBackup.VerifyAsync(file, NextSchema.Extend, Token)).Problems;
    }

    [Fact]
    public async Task A_newer_database_is_refused_with_both_schemas_named_by_start_verify_and_restore()
    {
        string file = await BackupAsync();
        var newer = new StorageOptions { DataDirectory = At("newer") };
        await SqliteBackup.RestoreAsync(file, newer, TimeProvider.System, NextSchema.Extend, Token);
        var error = await Assert.ThrowsAsync<StorageUnavailableException>(() => StorageFixture.CreateAsync(StorageProvider.Sqlite, newer.DataDirectory));
        Assert.Equal(StorageProblem.OtherSchema, error.Problem);
        await using var storage = await StorageFixture.CreateAsync(StorageProvider.Sqlite);
        string known = Known(storage);
        AssertNamesBoth(error.Message);

        string later = At("later.db");
        File.Copy(newer.SqlitePath, later);
        await ForgeManifestAsync(later, NextSchema.Migration);
        AssertNamesBoth(Assert.Single((await SqliteBackup.VerifyAsync(later, Token)).Problems));
        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => SqliteBackup.RestoreAsync(later, new StorageOptions { DataDirectory = At("no") }, TimeProvider.System, Token));
        AssertNamesBoth(refused.Message);
        Assert.False(Directory.Exists(At("no")));

        void AssertNamesBoth(string message)
        {
            Assert.Contains(NextSchema.Migration, message, StringComparison.Ordinal);
            Assert.Contains(known, message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(64)]
    [InlineData(256)]
    public async Task A_backup_onto_a_full_disk_says_so_and_leaves_nothing(int kibibytes)
    {
        using var disk = SmallDisk.TryMount(kibibytes);
        Assert.SkipWhen(disk is null, "a small file system cannot be mounted here");
        await using var storage = await StorageFixture.CreateAsync(StorageProvider.Sqlite);
        await MaintenanceTests.FillAsync(storage);
        string file = Path.Combine(disk.Root, "b.db");
        var error = await Assert.ThrowsAsync<IOException>(() => storage.Get<IStorageMaintenance>().BackupAsync(file, Token));
        Assert.Contains($"The disk that holds '{file}' is full", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(disk.Root));
    }

    [Fact]
    public async Task A_restore_onto_a_full_disk_says_so_and_leaves_the_database_as_it_was()
    {
        using var disk = SmallDisk.TryMount(64);
        Assert.SkipWhen(disk is null, "a small file system cannot be mounted here");
        string file = await BackupAsync();
        await Assert.ThrowsAsync<IOException>(() => SqliteBackup.RestoreAsync(file, new StorageOptions { DataDirectory = disk.Root }, TimeProvider.System, Token));
        Assert.Empty(Directory.EnumerateFileSystemEntries(disk.Root));
    }

    [Fact]
    public async Task Database_backup_manifest_and_restored_database_are_readable_by_their_owner_only()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has other permissions");
        string home = At("data");
        await using (var storage = await StorageFixture.CreateAsync(StorageProvider.Sqlite, home))
        {
            await MaintenanceTests.FillAsync(storage);
            await storage.Get<IStorageMaintenance>().BackupAsync(At("b.db"), Token);
            foreach (string file in Directory.EnumerateFiles(home)) AssertPrivate(file);
        }
        AssertPrivate(At("b.db"));
        AssertPrivate(SqliteBackup.ManifestPath(At("b.db")));
        // A backup that went over another machine comes back with whatever permissions it has.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(At("b.db"), UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        await SqliteBackup.RestoreAsync(At("b.db"), new StorageOptions { DataDirectory = At("restored") }, TimeProvider.System, Token);
        AssertPrivate(Path.Combine(At("restored"), "wayward.db"));

        static void AssertPrivate(string file)
        {
            if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    /// <summary>Makes the manifest agree with a file that was changed, as someone would who wants to hide the change.</summary>
    private static async Task ForgeManifestAsync(string file, string? migration = null)
    {
        byte[] content = await File.ReadAllBytesAsync(file, Token);
        string source = File.Exists(SqliteBackup.ManifestPath(file)) ? SqliteBackup.ManifestPath(file) : SqliteBackup.ManifestPath(Path.Combine(Path.GetDirectoryName(file)!, "b.db"));
        var manifest = System.Text.Json.Nodes.JsonNode.Parse(await File.ReadAllTextAsync(source, Token))!;
        manifest["sha256"] = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content));
        manifest["bytes"] = content.Length;
        if (migration is not null) manifest["migration"] = migration;
        await File.WriteAllTextAsync(SqliteBackup.ManifestPath(file), manifest.ToJsonString(), Token);
    }

    private static object? Scalar(string file, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // constants of this class
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }

    private static void Execute(string file, string sql) => Scalar(file, sql);

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
