using System.IO.Compression;

namespace Wayward.Web.Reports;

/// <summary>Where a writer writes: one file, or several when the format limits what one file may hold.</summary>
internal abstract class ReportOutput
{
    /// <summary>Opens the next file; the one before must be closed.</summary>
    /// <param name="part">Tells the files apart: lower-case letters, digits and hyphens. Empty for the only file.</param>
    /// <exception cref="ReportPartsException">There is room for one file only.</exception>
    public abstract Stream Open(string part = "");
}

/// <summary>A format needs several files, and only one can be written here.</summary>
internal sealed class ReportPartsException() : Exception("this export needs several files: it holds several accounts or Regions, or more than one batch");

/// <summary>One stream, left open.</summary>
internal sealed class SingleOutput(Stream stream) : ReportOutput
{
    private bool _opened;

    public override Stream Open(string part = "")
    {
        if (_opened) throw new ReportPartsException();
        _opened = true;
        return new UnclosedStream(stream);
    }
}

/// <summary>Files in a ZIP archive.</summary>
/// <param name="extension">Of the files.</param>
internal sealed class ZipOutput(ZipArchive archive, string name, string extension) : ReportOutput
{
    public override Stream Open(string part = "") => archive.CreateEntry($"{name}{(part.Length == 0 ? "" : "-" + part)}.{extension}", CompressionLevel.Fastest).Open();
}

/// <summary>
/// Files in a folder. They are written beside their names and get them together at the end (<see cref="Complete"/>), so that a reader of the folder never finds half an export;
/// without that, disposal removes them.
/// </summary>
internal sealed class FolderOutput(string folder, string name, string extension) : ReportOutput, IDisposable
{
    private readonly List<string> _files = [];

    /// <summary>Full paths of the files, in the order written.</summary>
    public IReadOnlyList<string> Files => _files;

    public override Stream Open(string part = "")
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, $"{name}{(part.Length == 0 ? "" : "-" + part)}.{extension}");
        _files.Add(path);
        return new FileStream(Partial(path), FileMode.Create, FileAccess.Write, FileShare.None, 65_536);
    }

    public void Complete()
    {
        foreach (string path in _files) File.Move(Partial(path), path, overwrite: true);
    }

    public void Dispose()
    {
        foreach (string path in _files) File.Delete(Partial(path));
    }

    private static string Partial(string path) => path + ".part";
}

/// <summary>Passes everything on but the end.</summary>
internal sealed class UnclosedStream(Stream inner) : Stream
{
    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override void Flush() => inner.Flush();
    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);
    public override void Write(ReadOnlySpan<byte> buffer) => inner.Write(buffer);
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => inner.WriteAsync(buffer, offset, count, cancellationToken);
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => inner.WriteAsync(buffer, cancellationToken);
}
