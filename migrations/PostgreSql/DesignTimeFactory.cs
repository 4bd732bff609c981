using Microsoft.EntityFrameworkCore.Design;
using Wayward.Storage;
using Wayward.Storage.Model;

namespace Wayward.Migrations.PostgreSql;

/// <summary>For <c>dotnet ef</c> alone: <c>dotnet ef migrations add NAME -p migrations/PostgreSql -s migrations/PostgreSql -o Migrations</c>. No server is asked.</summary>
public sealed class DesignTimeFactory : IDesignTimeDbContextFactory<WaywardDbContext>
{
    public WaywardDbContext CreateDbContext(string[] args) =>
        new(StorageServices.DesignTimeOptions(new StorageOptions { Provider = StorageProvider.PostgreSql, ConnectionString = "Host=localhost;Database=wayward" }));
}
