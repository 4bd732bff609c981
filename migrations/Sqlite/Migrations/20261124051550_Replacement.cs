using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Wayward.Migrations.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class Replacement : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<byte[]>(
                name: "instance_ids",
                table: "source_objects",
                type: "BLOB",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "object_replays",
                columns: table => new
                {
                    object_id = table.Column<long>(type: "INTEGER", nullable: false),
                    window_id = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_object_replays", x => new { x.object_id, x.window_id });
                });

            migrationBuilder.CreateTable(
                name: "rebuild_windows",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    from_day = table.Column<int>(type: "INTEGER", nullable: false),
                    to_day = table.Column<int>(type: "INTEGER", nullable: false),
                    instance_ids = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_rebuild_windows", x => x.id);
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "object_replays");

            migrationBuilder.DropTable(
                name: "rebuild_windows");

            migrationBuilder.DropColumn(
                name: "instance_ids",
                table: "source_objects");
        }
    }
}
