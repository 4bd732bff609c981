namespace Wayward.Web.Configuration;

/// <summary>Where options come from, weakest first: appsettings.json beside the program, the one in the working directory, environment, command line.</summary>
internal static class AppConfiguration
{
    public static IConfigurationRoot Build(string workingDirectory, IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var builder = new ConfigurationBuilder();
        AddSources(builder, workingDirectory, settings);
        try
        {
            return builder.Build();
        }
        catch (InvalidDataException e)
        {
            throw new Commands.UsageException($"{e.Message} {e.InnerException?.Message}".Trim());
        }
    }

    public static void AddSources(IConfigurationBuilder builder, string workingDirectory, IEnumerable<KeyValuePair<string, string?>> settings)
    {
        string beside = AppContext.BaseDirectory;
        builder.AddJsonFile(Path.Combine(beside, "appsettings.json"), optional: true, reloadOnChange: false);
        if (!string.Equals(Path.TrimEndingDirectorySeparator(Path.GetFullPath(workingDirectory)), Path.TrimEndingDirectorySeparator(beside), StringComparison.Ordinal))
            builder.AddJsonFile(Path.Combine(Path.GetFullPath(workingDirectory), "appsettings.json"), optional: true, reloadOnChange: false);
        builder.AddEnvironmentVariables("DOTNET_");
        builder.AddEnvironmentVariables("ASPNETCORE_");
        builder.AddEnvironmentVariables();
        builder.AddInMemoryCollection(settings);
    }
}
