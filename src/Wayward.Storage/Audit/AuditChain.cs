using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Wayward.Storage.Model;

namespace Wayward.Storage.Audit;

/// <summary>
/// The hashes of the audit log. Each entry's hash is SHA-256 over a domain name, the hash of the entry before it and the entry as JSON with a fixed order of members in UTF-8.
/// The entry as JSON holds a salted hash of its texts instead of the texts, so that they can be erased without breaking the chain. Not thread-safe: the buffers are reused.
/// </summary>
internal sealed class AuditChain : IDisposable
{
    public const int HeadId = 1;
    /// <summary>What stands for the hash before the first entry.</summary>
    public const string Beginning = "0000000000000000000000000000000000000000000000000000000000000000";
    private static readonly byte[] EntryDomain = [.. "wayward.audit.v1\0"u8];
    private static readonly byte[] TextDomain = [.. "wayward.audit.text.v1\0"u8];

    private readonly ArrayBufferWriter<byte> _buffer = new(1_024);
    private readonly Utf8JsonWriter _json;

    public AuditChain() => _json = new(_buffer);

    /// <summary>The salted hash of actor, summary, before and after.</summary>
    public string TextHash(AuditEntryEntity entry)
    {
        Start(TextDomain, entry.Salt ?? "");
        _json.WriteStartObject();
        _json.WriteString("actor"u8, Stored(entry.Actor));
        _json.WriteString("summary"u8, Stored(entry.Summary));
        _json.WriteString("before"u8, Stored(entry.Before));
        _json.WriteString("after"u8, Stored(entry.After));
        return End();
    }

    public string Hash(string previous, AuditEntryEntity entry)
    {
        Start(EntryDomain, previous);
        _json.WriteStartObject();
        _json.WriteNumber("sequence"u8, entry.Sequence);
        _json.WriteNumber("at"u8, entry.At);
        _json.WriteString("verb"u8, entry.Verb);
        _json.WriteString("subject"u8, entry.Subject);
        if (entry.UndoOf is { } undone) _json.WriteNumber("undoOf"u8, undone);
        _json.WriteString("text"u8, entry.TextHash);
        return End();
    }

    /// <summary>The text as the database gives it back: the same on both of them, and valid UTF-16.</summary>
    private static string? Stored(string? text) => text is null ? null : CheckedRows.Stored(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)));

    private void Start(byte[] domain, string first)
    {
        _buffer.ResetWrittenCount();
        _buffer.Write(domain);
        // Both are hexadecimal of a fixed length, so no two inputs run into one another.
        Encoding.ASCII.GetBytes(first, _buffer);
        _json.Reset(_buffer);
    }

    private string End()
    {
        _json.WriteEndObject();
        _json.Flush();
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(_buffer.WrittenSpan, hash);
        return Convert.ToHexStringLower(hash);
    }

    public void Dispose() => _json.Dispose();
}
