using Wayward.Core;

namespace Wayward.Storage;

/// <summary>The databases that there is a dialect for.</summary>
public enum StorageProvider { Sqlite, PostgreSql }

/// <summary>Configuration section <c>Storage</c>.</summary>
public sealed record StorageOptions
{
    public const string Section = "Storage";
    public StorageProvider Provider { get; init; } = StorageProvider.Sqlite;
    /// <summary>Folder of the database and of all other state; made with mode 0700.</summary>
    public string DataDirectory { get; init; } = "data";
    /// <summary>Of PostgreSQL, such as <c>Host=db;Database=wayward;Username=wayward;Password=...</c>. Holds credentials: best given by the environment, and never logged or shown.</summary>
    public string? ConnectionString { get; init; }
    public string SqlitePath => Path.Combine(DataDirectory, "wayward.db");

    /// <summary>Names the database in messages, without credentials.</summary>
    internal string Where
    {
        get
        {
            if (Provider == StorageProvider.Sqlite) return $"'{SqlitePath}'";
            var builder = new Npgsql.NpgsqlConnectionStringBuilder(ConnectionString ?? "");
            return $"'{builder.Database ?? builder.Username}' on {builder.Host}";
        }
    }

    /// <summary>All errors at once, each naming its key.</summary>
    public IReadOnlyList<string> Validate()
    {
        var rules = new OptionRules(Section)
            .Require(!string.IsNullOrWhiteSpace(DataDirectory), nameof(DataDirectory), "empty", "a folder")
            .Require(Enum.IsDefined(Provider), nameof(Provider), $"{Provider}", $"one of {string.Join(", ", Enum.GetNames<StorageProvider>())}");
        if (Provider == StorageProvider.PostgreSql && string.IsNullOrWhiteSpace(ConnectionString))
            rules.Add(nameof(ConnectionString), $"is needed with {Section}:{nameof(Provider)}={Provider}, such as Host=db;Database=wayward;Username=wayward;Password=...");
        else if (Provider == StorageProvider.PostgreSql && !CanParse(ConnectionString!))
            rules.Add(nameof(ConnectionString), "cannot be understood (its text is not repeated here: it may hold a password)");
        return rules.Errors;
    }

    private static bool CanParse(string text)
    {
        try
        {
            return new Npgsql.NpgsqlConnectionStringBuilder(text).Host is { Length: > 0 };
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Without the connection string, which holds credentials.</summary>
    public override string ToString() => $"{nameof(StorageOptions)} {{ {nameof(Provider)} = {Provider}, {nameof(DataDirectory)} = {DataDirectory} }}";
}
