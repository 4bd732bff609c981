using Wayward.Core.Resolvers;

namespace Wayward.Web.Commands;

/// <summary>Reads catalogue files given on the command line and adds their entries to the catalogue that ships with the program.</summary>
internal static class CatalogArgument
{
    /// <exception cref="UsageException">A file is not a catalogue; every bad line is named.</exception>
    /// <exception cref="InputException">A file cannot be read.</exception>
    public static ResolverCatalog Load(IReadOnlyList<string> files, string workingDirectory) => Add(ResolverCatalog.Shipped, files, workingDirectory);

    /// <inheritdoc cref="Load"/>
    public static ResolverCatalog Add(ResolverCatalog catalog, IReadOnlyList<string> files, string workingDirectory)
    {
        foreach (string file in files)
        {
            try
            {
                using var stream = File.OpenRead(Path.GetFullPath(file, workingDirectory));
                catalog = catalog.With(CatalogFile.Parse(stream, file));
            }
            catch (CatalogFormatException e)
            {
                throw new UsageException([.. e.Errors.Take(20).Select(error => $"--catalog {error}")]);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
            {
                throw InputException.Unreadable($"--catalog {file}", Path.GetFullPath(file, workingDirectory), e);
            }
        }
        return catalog;
    }
}
