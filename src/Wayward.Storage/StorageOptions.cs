namespace Wayward.Storage;

/// <summary>The databases that there is a dialect for.</summary>
public enum StorageProvider { Sqlite }

/// <summary>Configuration section <c>Storage</c>.</summary>
public sealed record StorageOptions
{
    public const string Section = "Storage";
    public StorageProvider Provider { get; init; } = StorageProvider.Sqlite;
    /// <summary>Folder of the database and of all other state; made with mode 0700.</summary>
    public string DataDirectory { get; init; } = "data";
    public string SqlitePath => Path.Combine(DataDirectory, "wayward.db");
}
