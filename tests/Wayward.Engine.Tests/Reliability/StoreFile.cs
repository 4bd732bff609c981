using Microsoft.Data.Sqlite;

namespace Wayward.Engine.Tests.Reliability;

/// <summary>The database file of a data folder, read behind the program's back.</summary>
internal static class StoreFile
{
    /// <summary>"ok", or what SQLite's own check finds.</summary>
    public static string Integrity(string data)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(data, "wayward.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        return (string)command.ExecuteScalar()!;
    }
}
