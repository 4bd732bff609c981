using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Wayward.Migrations.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class DayDigests : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_instances_last_seen_key",
                table: "instances");

            migrationBuilder.AddColumn<int>(
                name: "compacted_before",
                table: "ledger_state",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateTable(
                name: "day_digests",
                columns: table => new
                {
                    day = table.Column<int>(type: "INTEGER", nullable: false),
                    rows = table.Column<long>(type: "INTEGER", nullable: false),
                    digest = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_day_digests", x => x.day);
                });

            migrationBuilder.UpdateData(
                table: "ledger_state",
                keyColumn: "id",
                keyValue: 1,
                column: "compacted_before",
                value: 0);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "day_digests");

            migrationBuilder.DropColumn(
                name: "compacted_before",
                table: "ledger_state");

            migrationBuilder.CreateIndex(
                name: "IX_instances_last_seen_key",
                table: "instances",
                columns: new[] { "last_seen", "key" });
        }
    }
}
