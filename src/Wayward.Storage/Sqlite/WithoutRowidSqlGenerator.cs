using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Microsoft.EntityFrameworkCore.Sqlite.Migrations.Internal;

namespace Wayward.Storage.Sqlite;

/// <summary>
/// Creates the tables with a composite key WITHOUT ROWID, so that rows lie in key order and the key is stored once: 52 bytes a cell against 72 with a row id and an
/// index, and a timeline is one range scan. EF has no word for it.
/// </summary>
// The base class is in an internal namespace by EF's naming; it is the documented extension point (IMigrationsSqlGenerator) of the provider.
#pragma warning disable EF1001
internal sealed class WithoutRowidSqlGenerator(MigrationsSqlGeneratorDependencies dependencies, IRelationalAnnotationProvider annotations)
    : SqliteMigrationsSqlGenerator(dependencies, annotations)
#pragma warning restore EF1001
{
    private static readonly HashSet<string> Tables =
    [
        "contact_pairs", "contact_hours", "coverage_days", "instance_facts", "contact_evidence",
        "finding_members", "finding_addresses", "finding_tallies", "audit_subjects",
    ];

    protected override void Generate(CreateTableOperation operation, IModel? model, MigrationCommandListBuilder builder, bool terminate = true)
    {
        // A rebuild goes through a table of this name.
        const string Rebuild = "ef_temp_";
        string name = operation.Name.StartsWith(Rebuild, StringComparison.Ordinal) ? operation.Name[Rebuild.Length..] : operation.Name;
        if (!Tables.Contains(name))
        {
            base.Generate(operation, model, builder, terminate);
            return;
        }
        base.Generate(operation, model, builder, terminate: false);
        builder.Append(" WITHOUT ROWID");
        if (!terminate) return;
        builder.AppendLine(Dependencies.SqlGenerationHelper.StatementTerminator);
        EndStatement(builder);
    }
}
