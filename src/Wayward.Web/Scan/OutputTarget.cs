using System.Text;
using Wayward.Web.Commands;

namespace Wayward.Web.Scan;

/// <summary>Where a command's result goes: standard output, or a file that appears whole or not at all.</summary>
internal static class OutputTarget
{
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(CommandContext context, string? file, Action<Stream> write)
    {
        if (file is null)
        {
            using var stream = new WriterStream(context.Out);
            write(stream);
            stream.Flush();
            return;
        }
        string path = Path.GetFullPath(file, context.WorkingDirectory);
        string partial = path + ".part";
        try
        {
            using (var stream = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None)) write(stream);
            File.Move(partial, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(partial)) File.Delete(partial);
            throw new InputException($"{file} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Standard output.</summary>
    public static Stream Open(CommandContext context) => new WriterStream(context.Out);

    public static void WriteText(CommandContext context, string? file, Action<TextWriter> write) => Write(context, file, stream =>
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true);
        write(writer);
    });

    /// <summary>UTF-8 bytes into a text writer, a character never cut in two.</summary>
    private sealed class WriterStream(TextWriter writer) : Stream
    {
        private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            char[] chars = new char[Encoding.UTF8.GetMaxCharCount(buffer.Length)];
            int n = _decoder.GetChars(buffer, chars, flush: false);
            writer.Write(chars, 0, n);
        }

        public override void Flush() => writer.Flush();
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
