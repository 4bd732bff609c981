#pragma warning disable EF1001 // the list of migrations has no public extension point
using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Internal;

namespace Wayward.Storage.Tests;

/// <summary>The program of a later version: it knows one migration more, which adds a column and changes rows.</summary>
internal static class NextSchema
{
    public const string Migration = "99990101000000_Next";

    public static void Extend(DbContextOptionsBuilder builder) => builder.ReplaceService<IMigrationsAssembly, LaterMigrations>();

    // Named, but not tied to the context: only the later program finds it.
    [Migration(Migration)]
    internal sealed class Next : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("ALTER TABLE findings ADD COLUMN later TEXT NOT NULL DEFAULT 'new'");
            migrationBuilder.Sql("CREATE TABLE later (id INTEGER PRIMARY KEY)");
        }
    }

    private sealed class LaterMigrations(ICurrentDbContext context, IDbContextOptions options, IMigrationsIdGenerator ids, IDiagnosticsLogger<DbLoggerCategory.Migrations> log)
        : MigrationsAssembly(context, options, ids, log)
    {
        public override IReadOnlyDictionary<string, TypeInfo> Migrations => new SortedDictionary<string, TypeInfo>(base.Migrations.ToDictionary(), StringComparer.Ordinal) { [Migration] = typeof(Next).GetTypeInfo() };
    }
}
