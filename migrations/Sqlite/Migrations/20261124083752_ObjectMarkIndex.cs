using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Wayward.Migrations.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class ObjectMarkIndex : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "IX_source_objects_mark",
                table: "source_objects",
                column: "mark");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_source_objects_mark",
                table: "source_objects");
        }
    }
}
