using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Wayward.Migrations.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class InstanceDigests : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "from_hour",
                table: "touched_instances",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<long>(
                name: "digested_mark",
                table: "ledger_state",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<string>(
                name: "digested_with",
                table: "ledger_state",
                type: "text",
                nullable: true,
                collation: "C");

            migrationBuilder.CreateTable(
                name: "instance_digests",
                columns: table => new
                {
                    instance_id = table.Column<int>(type: "integer", nullable: false),
                    content = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_instance_digests", x => x.instance_id);
                });

            migrationBuilder.UpdateData(
                table: "ledger_state",
                keyColumn: "id",
                keyValue: 1,
                columns: new[] { "digested_mark", "digested_with" },
                values: new object[] { 0L, null });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "instance_digests");

            migrationBuilder.DropColumn(
                name: "from_hour",
                table: "touched_instances");

            migrationBuilder.DropColumn(
                name: "digested_mark",
                table: "ledger_state");

            migrationBuilder.DropColumn(
                name: "digested_with",
                table: "ledger_state");
        }
    }
}
