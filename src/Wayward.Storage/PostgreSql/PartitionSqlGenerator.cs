using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Infrastructure.Internal;
using Npgsql.EntityFrameworkCore.PostgreSQL.Migrations;
using Wayward.Storage.Contacts;

namespace Wayward.Storage.PostgreSql;

/// <summary>
/// Creates the table of cells partitioned by hour, so that a month of cells can be dropped, moved or read alone. The months' partitions are made by the writer when their first cell comes; the default
/// one takes what belongs to no month that flow logs can be of. EF has no word for it.
/// </summary>
#pragma warning disable EF1001 // The type of the options stands in an internal namespace; the base class asks for it.
internal sealed class PartitionSqlGenerator(MigrationsSqlGeneratorDependencies dependencies, INpgsqlSingletonOptions options) : NpgsqlMigrationsSqlGenerator(dependencies, options)
#pragma warning restore EF1001
{
    protected override void Generate(CreateTableOperation operation, IModel? model, MigrationCommandListBuilder builder, bool terminate = true)
    {
        if (operation.Name != ContactColumns.Table)
        {
            base.Generate(operation, model, builder, terminate);
            return;
        }
        base.Generate(operation, model, builder, terminate: false);
        builder.AppendLine(" PARTITION BY RANGE (hour);").Append($"CREATE TABLE {ContactColumns.Table}_default PARTITION OF {ContactColumns.Table} DEFAULT");
        if (!terminate) return;
        builder.AppendLine(Dependencies.SqlGenerationHelper.StatementTerminator);
        EndStatement(builder);
    }
}
