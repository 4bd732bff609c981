using Microsoft.EntityFrameworkCore.Design;
using Wayward.Storage;
using Wayward.Storage.Model;

namespace Wayward.Migrations.Sqlite;

/// <summary>For <c>dotnet ef</c> alone: <c>dotnet ef migrations add NAME -p migrations/Sqlite -s migrations/Sqlite -o Migrations</c>.</summary>
public sealed class DesignTimeFactory : IDesignTimeDbContextFactory<WaywardDbContext>
{
    public WaywardDbContext CreateDbContext(string[] args) =>
        new(StorageServices.DesignTimeOptions(new StorageOptions { DataDirectory = Path.GetTempPath() }));
}
