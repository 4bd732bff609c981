using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Wayward.Migrations.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class Backfills : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_source_objects_source_state_last_modified_object_id",
                table: "source_objects");

            migrationBuilder.AddColumn<int>(
                name: "backfill",
                table: "source_objects",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<long>(
                name: "turn",
                table: "source_objects",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.CreateTable(
                name: "backfills",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    source = table.Column<string>(type: "TEXT", nullable: false),
                    from_day = table.Column<int>(type: "INTEGER", nullable: true),
                    to_day = table.Column<int>(type: "INTEGER", nullable: true),
                    prefix = table.Column<string>(type: "TEXT", nullable: false),
                    newest_first = table.Column<bool>(type: "INTEGER", nullable: false),
                    state = table.Column<byte>(type: "INTEGER", nullable: false),
                    requested_by = table.Column<string>(type: "TEXT", nullable: false),
                    requested_at = table.Column<long>(type: "INTEGER", nullable: false),
                    started_at = table.Column<long>(type: "INTEGER", nullable: true),
                    ended_at = table.Column<long>(type: "INTEGER", nullable: true),
                    survey_objects = table.Column<long>(type: "INTEGER", nullable: false),
                    survey_bytes = table.Column<long>(type: "INTEGER", nullable: false),
                    lacking_objects = table.Column<long>(type: "INTEGER", nullable: false),
                    lacking_bytes = table.Column<long>(type: "INTEGER", nullable: false),
                    objects = table.Column<long>(type: "INTEGER", nullable: false),
                    bytes = table.Column<long>(type: "INTEGER", nullable: false),
                    listed = table.Column<bool>(type: "INTEGER", nullable: false),
                    settled = table.Column<long>(type: "INTEGER", nullable: false),
                    quarantined = table.Column<long>(type: "INTEGER", nullable: false),
                    objects_per_second = table.Column<double>(type: "REAL", nullable: false),
                    problem = table.Column<string>(type: "TEXT", nullable: true),
                    keeper = table.Column<string>(type: "TEXT", nullable: true),
                    keeper_until = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_backfills", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "sources",
                columns: table => new
                {
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    can_list = table.Column<bool>(type: "INTEGER", nullable: false),
                    present_at = table.Column<long>(type: "INTEGER", nullable: false),
                    paused_by = table.Column<string>(type: "TEXT", nullable: true),
                    paused_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_sources", x => x.name);
                });

            // What waits goes on waiting in the order that it had.
            migrationBuilder.Sql("UPDATE source_objects SET turn = last_modified");

            migrationBuilder.CreateIndex(
                name: "IX_source_objects_source_backfill_state_turn_object_id",
                table: "source_objects",
                columns: new[] { "source", "backfill", "state", "turn", "object_id" });

            migrationBuilder.CreateIndex(
                name: "IX_backfills_state",
                table: "backfills",
                column: "state");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "backfills");

            migrationBuilder.DropTable(
                name: "sources");

            migrationBuilder.DropIndex(
                name: "IX_source_objects_source_backfill_state_turn_object_id",
                table: "source_objects");

            migrationBuilder.DropColumn(
                name: "backfill",
                table: "source_objects");

            migrationBuilder.DropColumn(
                name: "turn",
                table: "source_objects");

            migrationBuilder.CreateIndex(
                name: "IX_source_objects_source_state_last_modified_object_id",
                table: "source_objects",
                columns: new[] { "source", "state", "last_modified", "object_id" });
        }
    }
}
