namespace Wayward.Web.Hosting;

/// <summary>Makes folders that hold findings and keys readable to their owner only.</summary>
internal static class DataFolder
{
    /// <exception cref="Commands.InputException">It cannot be made.</exception>
    public static DirectoryInfo Create(string path)
    {
        try
        {
            return OperatingSystem.IsWindows()
                ? Directory.CreateDirectory(path)
                : Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Commands.InputException($"the data folder {path} cannot be made: {e.Message}", e);
        }
    }
}
