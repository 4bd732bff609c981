using System.IO.Compression;
using System.Security.Cryptography;

namespace Wayward.Web.Bundles;

/// <summary>The ZIP archive of a bundle: the same files give the same bytes, whenever they are written.</summary>
internal static class BundleArchive
{
    public const string Manifest = "manifest.json", Signature = "manifest.sig";

    /// <summary>A bundle is read into memory; a crafted archive must not fill it.</summary>
    private const long MaxMember = 512L << 20, MaxTotal = 2L << 30;
    private const int MaxEntries = 200_000;

    private static readonly DateTimeOffset Epoch = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes the manifest first, then the other files by name.</summary>
    public static void Write(Stream output, IReadOnlyDictionary<string, byte[]> files)
    {
        using var archive = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true);
        foreach (var (name, content) in files.OrderBy(f => f.Key is Manifest ? 0 : f.Key is Signature ? 1 : 2).ThenBy(f => f.Key, StringComparer.Ordinal))
        {
            var entry = archive.CreateEntry(name, CompressionLevel.Optimal);
            entry.LastWriteTime = Epoch;
            using var stream = entry.Open();
            stream.Write(content);
        }
    }

    /// <exception cref="InvalidDataException">Not a ZIP archive, damaged, or over a limit.</exception>
    public static Dictionary<string, byte[]> Read(Stream input)
    {
        using var archive = new ZipArchive(input, ZipArchiveMode.Read, leaveOpen: true);
        if (archive.Entries.Count > MaxEntries) throw new InvalidDataException($"it has more than {MaxEntries} files");
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        long total = 0;
        foreach (var entry in archive.Entries)
        {
            using var stream = entry.Open();
            using var buffer = new MemoryStream();
            byte[] block = new byte[81_920];
            for (int n; (n = stream.Read(block)) > 0;)
            {
                buffer.Write(block, 0, n);
                if (buffer.Length > MaxMember || (total += n) > MaxTotal) throw new InvalidDataException($"{Core.Text.SafeText.Plain(entry.FullName, 200)} makes it too large");
            }
            if (!files.TryAdd(entry.FullName, buffer.ToArray())) throw new InvalidDataException($"it has two files named {Core.Text.SafeText.Plain(entry.FullName, 200)}");
        }
        return files;
    }

    public static string Hash(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
