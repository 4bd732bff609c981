using Microsoft.EntityFrameworkCore;
using Wayward.Storage.Model;

namespace Wayward.Storage;

/// <summary>Compares the schema of a database with the one that this program knows. Schemas are named by their last migration.</summary>
internal static class SchemaCheck
{
    /// <summary>The newest schema that this program can work with.</summary>
    public static string Known(WaywardDbContext db) => db.Database.GetMigrations().Order(StringComparer.Ordinal).Last();

    /// <summary>Null when the program can work with the database, after migration if it is older.</summary>
    /// <param name="applied">The migrations of the database.</param>
    public static string? Refusal(WaywardDbContext db, IEnumerable<string> applied, string what)
    {
        var known = db.Database.GetMigrations().ToHashSet(StringComparer.Ordinal);
        string? newest = applied.Where(m => !known.Contains(m)).Max(StringComparer.Ordinal);
        if (newest is null) return null;
        // The names begin with the time at which they were made.
        return StringComparer.Ordinal.Compare(newest, Known(db)) > 0
            ? $"{what} has the schema '{newest}', which is newer than this program: it knows schemas up to '{Known(db)}'. Use the version of Wayward that wrote it, or a newer one."
            : $"{what} has the schema '{newest}', which this program does not know: it knows schemas up to '{Known(db)}'. Use the version of Wayward that wrote it.";
    }
}
