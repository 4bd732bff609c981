using System.Diagnostics;
using Wayward.Storage.Ingest;

namespace Wayward.Storage.Tests;

/// <summary>What happens to the file when the process, the disk or the permissions fail.</summary>
public sealed class FaultTests
{
    private const string VictimVariable = "WAYWARD_KILL_VICTIM";
    private const int ObjectCount = 120;
    private static readonly int Kills = Environment.GetEnvironmentVariable("WAYWARD_LONG") == "1" ? 60 : 3;
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Not a test of its own: the process that the test below kills. Commits all objects, skipping what is done, until it is through or dead.</summary>
    [Fact]
    public async Task Victim()
    {
        string? directory = Environment.GetEnvironmentVariable(VictimVariable);
        Assert.SkipWhen(directory is null, "runs only as the child of A_process_killed_in_the_middle_of_commits_loses_and_doubles_nothing");
        await using var storage = await StorageFixture.CreateAsync(StorageProvider.Sqlite, directory);
        foreach (var chunk in OrderTests.Objects(51, ObjectCount).Chunk(3)) await storage.Contacts.CommitAsync(chunk, CancellationToken.None);
    }

    [Fact]
    public async Task A_process_killed_in_the_middle_of_commits_loses_and_doubles_nothing()
    {
        int seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var straight = await StorageFixture.CreateAsync(StorageProvider.Sqlite);
        foreach (var item in OrderTests.Objects(51, ObjectCount)) await straight.Contacts.CommitAsync([item], Token);
        string expected = await OrderTests.DumpAsync(straight);

        string directory = Directory.CreateTempSubdirectory("wayward-kill-").FullName;
        int kills = 0, done = 0;
        for (int i = 0; i < Kills && done < ObjectCount; i++)
        {
            using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["-method", $"{typeof(FaultTests).FullName}.{nameof(Victim)}"])
            {
                Environment = { [VictimVariable] = directory }, RedirectStandardOutput = true, WorkingDirectory = AppContext.BaseDirectory,
            })!;
            // Wait for it to have committed something more, then strike at some moment of the next commits.
            int before = done;
            while (!child.HasExited && (done = await DoneAsync(directory)) == before) await Task.Delay(20, Token);
            await Task.Delay(random.Next(60), Token);
            if (!child.HasExited)
            {
                child.Kill();
                kills++;
            }
            await child.WaitForExitAsync(Token);
        }
        Assert.True(kills > 0);
        await using var resumed = await StorageFixture.CreateAsync(StorageProvider.Sqlite, directory);
        foreach (var chunk in OrderTests.Objects(51, ObjectCount).Chunk(5)) await resumed.Contacts.CommitAsync(chunk, Token);
        Assert.Equal(expected, await OrderTests.DumpAsync(resumed));
        Assert.True((await resumed.Get<Maintenance.IStorageMaintenance>().VerifyAsync(Token)).Good);
        TestContext.Current.TestOutputHelper!.WriteLine($"{kills} kills");
    }

    private static async Task<int> DoneAsync(string directory)
    {
        string path = Path.Combine(directory, "wayward.db");
        if (!File.Exists(path)) return 0;
        try
        {
            await using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={path};Pooling=False;Mode=ReadOnly");
            await connection.OpenAsync(Token);
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT count(*) FROM source_objects WHERE state = 3";
            return Convert.ToInt32(await command.ExecuteScalarAsync(Token), System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (Microsoft.Data.Sqlite.SqliteException)
        {
            // Not migrated yet.
            return 0;
        }
    }

    [Fact]
    public async Task A_full_disk_is_named_reads_go_on_and_the_rest_is_committed_once_there_is_space()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "mounting a small file system needs root");
        string directory = Directory.CreateTempSubdirectory("wayward-full-").FullName;
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", "size=1600k", "tmpfs", directory) == 0, "tmpfs cannot be mounted here");
        try
        {
            var objects = OrderTests.Objects(61, 400);
            await using var storage = await StorageFixture.CreateAsync(StorageProvider.Sqlite, directory);
            StorageUnavailableException? full = null;
            int committed = 0;
            foreach (var chunk in objects.Chunk(10))
            {
                try
                {
                    await storage.Contacts.CommitAsync(chunk, Token);
                    committed += chunk.Length;
                }
                catch (StorageUnavailableException e)
                {
                    full = e;
                    break;
                }
            }
            Assert.Equal(StorageProblem.DiskFull, full!.Problem);
            Assert.Contains("free some space", full.Message, StringComparison.Ordinal);
            Assert.Equal(committed, (await storage.Objects.CountAsync(Token)).ByState.GetValueOrDefault(SourceObjectState.Done));
            Assert.Equal(0, Run("mount", "-o", "remount,size=64m", directory));
            await storage.Contacts.CommitAsync(objects, Token);
            await using var straight = await StorageFixture.CreateAsync(StorageProvider.Sqlite);
            await straight.Contacts.CommitAsync(objects, Token);
            Assert.Equal(await OrderTests.DumpAsync(straight), await OrderTests.DumpAsync(storage));
        }
        finally
        {
            Run("umount", directory);
            Directory.Delete(directory);
        }
    }

    [Fact]
    public async Task A_read_only_file_system_is_named_and_reads_go_on()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "mounting a file system needs root");
        string directory = Directory.CreateTempSubdirectory("wayward-ro-").FullName;
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", directory) == 0, "tmpfs cannot be mounted here");
        try
        {
            await using var storage = await StorageFixture.CreateAsync(StorageProvider.Sqlite, directory);
            await storage.Contacts.CommitAsync([Make.Object("a", Make.Batch(1, ("i-1", Make.Google, Make.T0)))], Token);
            // What is open for writing forbids the remount, so the fault comes by the file's own flag where the file system has one, else by closing and opening.
            await storage.CloseConnectionsAsync();
            Assert.SkipUnless(Run("mount", "-o", "remount,ro", directory) == 0, "the file system cannot be made read-only here");
            var error = await Assert.ThrowsAsync<StorageUnavailableException>(() => storage.Contacts.CommitAsync([Make.Object("b", Make.Batch(2, ("i-1", Make.Google, Make.T0)))], Token));
            Assert.True(error.Problem is StorageProblem.ReadOnly or StorageProblem.CannotOpen);
            Assert.Equal(0, Run("mount", "-o", "remount,rw", directory));
            Assert.Equal(1, (await storage.Contacts.CommitAsync([Make.Object("b", Make.Batch(2, ("i-1", Make.Google, Make.T0)))], Token)).Committed);
        }
        finally
        {
            Run("umount", "-l", directory);
            Directory.Delete(directory);
        }
    }

    private static int Run(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
