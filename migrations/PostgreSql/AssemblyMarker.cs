namespace Wayward.Migrations.PostgreSql;

/// <summary>Names this assembly for <c>MigrationsAssembly</c>.</summary>
public static class AssemblyMarker
{
    public static string Name => typeof(AssemblyMarker).Assembly.GetName().Name!;
}
