namespace Wayward.Web.Configuration;

/// <summary>Where options come from, weakest first: appsettings.json beside the program, the one in the working directory, environment, command line.</summary>
internal static class AppConfiguration
{
    public static IConfigurationRoot Build(string workingDirectory, IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var builder = new ConfigurationManager();
        AddSources(builder, workingDirectory, settings);
        return builder;
    }

    /// <exception cref="Commands.UsageException">A settings file is not valid JSON.</exception>
    public static void AddSources(IConfigurationBuilder builder, string workingDirectory, IEnumerable<KeyValuePair<string, string?>> settings)
    {
        try
        {
            Add(builder, workingDirectory, settings);
        }
        catch (InvalidDataException e)
        {
            // A manager reads each file as it is added.
            throw new Commands.UsageException($"{e.Message} {e.InnerException?.Message}".Trim());
        }
    }

    private static void Add(IConfigurationBuilder builder, string workingDirectory, IEnumerable<KeyValuePair<string, string?>> settings)
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
