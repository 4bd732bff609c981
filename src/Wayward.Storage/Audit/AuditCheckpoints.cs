using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wayward.Storage.Audit;

/// <summary>That the log had this hash at this entry; signed with a key that is not in the database.</summary>
/// <param name="At">Unix milliseconds.</param>
/// <param name="Signature">ECDSA P-256 over SHA-256, IEEE P1363 format, base64.</param>
public sealed record AuditCheckpoint(long Sequence, string Hash, long At, string Signature)
{
    internal byte[] Signed => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"wayward.checkpoint.v1\0{Sequence}\0{Hash}\0{At}"));
}

/// <summary>The file of checkpoints, one JSON object a line, and the key that signs them.</summary>
public sealed class AuditCheckpoints(string keyFile, string file)
{
    public string KeyFile { get; } = keyFile;
    public string File { get; } = file;

    /// <summary>Signs the head and appends it to the file; on disk when this returns.</summary>
    /// <returns>The line, for a second place such as the log.</returns>
    public string Append(AuditHead head, long now)
    {
        using var key = Key(create: true)!;
        var unsigned = new AuditCheckpoint(head.Sequence, head.Hash, now, "");
        var checkpoint = unsigned with { Signature = Convert.ToBase64String(key.SignData(unsigned.Signed, HashAlgorithmName.SHA256)) };
        string line = JsonSerializer.Serialize(checkpoint, AuditCheckpointJson.Default.AuditCheckpoint);
        using var stream = new FileStream(File, FileMode.Append, FileAccess.Write, FileShare.Read);
        stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
        stream.Flush(flushToDisk: true);
        return line;
    }

    /// <summary>All checkpoints with a good signature, and what is wrong with the other lines.</summary>
    public (IReadOnlyList<AuditCheckpoint> Good, IReadOnlyList<string> Problems) Read()
    {
        if (!System.IO.File.Exists(File)) return ([], []);
        using var key = Key(create: false);
        if (key is null) return ([], [$"There is no key {KeyFile} to check the signatures of {File} with."]);
        List<AuditCheckpoint> good = [];
        List<string> problems = [];
        string[] lines = System.IO.File.ReadAllText(File).Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].Length == 0) continue;
            if (Parse(lines[i]) is not { } checkpoint)
            {
                // A line that a power cut left half written has no end of line.
                if (i < lines.Length - 1) problems.Add($"Line {i + 1} of {File} is no checkpoint.");
            }
            else if (IsSigned(key, checkpoint)) good.Add(checkpoint);
            else problems.Add($"The checkpoint in line {i + 1} of {File} was not signed with the key {KeyFile}.");
        }
        return (good, problems);
    }

    private static bool IsSigned(ECDsa key, AuditCheckpoint checkpoint)
    {
        Span<byte> signature = stackalloc byte[256];
        return Convert.TryFromBase64String(checkpoint.Signature, signature, out int length) && key.VerifyData(checkpoint.Signed, signature[..length], HashAlgorithmName.SHA256);
    }

    private static AuditCheckpoint? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, AuditCheckpointJson.Default.AuditCheckpoint);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private ECDsa? Key(bool create)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (System.IO.File.Exists(KeyFile))
        {
            key.ImportFromPem(System.IO.File.ReadAllText(KeyFile));
            return key;
        }
        if (!create)
        {
            key.Dispose();
            return null;
        }
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var stream = new StreamWriter(KeyFile, options);
        stream.Write(key.ExportPkcs8PrivateKeyPem());
        return key;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AuditCheckpoint))]
internal sealed partial class AuditCheckpointJson : JsonSerializerContext;
