using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Wayward.Migrations.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class JudgedWith : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "judged_with",
                table: "ledger_state",
                type: "TEXT",
                nullable: true);

            migrationBuilder.UpdateData(
                table: "ledger_state",
                keyColumn: "id",
                keyValue: 1,
                column: "judged_with",
                value: null);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "judged_with",
                table: "ledger_state");
        }
    }
}
