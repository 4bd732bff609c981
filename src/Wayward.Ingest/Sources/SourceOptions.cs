namespace Wayward.Ingest;

public enum SourceKind : byte { Folder, S3, Sqs }

/// <summary>One source. The kind follows from what is set: <see cref="Path"/>, <see cref="Bucket"/> or <see cref="QueueUrl"/>.</summary>
public sealed record SourceOptions
{
    /// <summary>A folder or a single file; or <c>s3://bucket/prefix</c>, which stands for <see cref="Bucket"/> and <see cref="Prefix"/>.</summary>
    public string? Path { get; init; }
    /// <summary>Folder only: file name patterns with <c>*</c> and <c>?</c>; empty = all.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    private const string S3Scheme = "s3://";

    private bool PathIsS3 => Path?.StartsWith(S3Scheme, StringComparison.OrdinalIgnoreCase) == true;

    public SourceKind Kind => PathIsS3 ? SourceKind.S3 : SourceKind.Folder;

    /// <summary>Unique and stable: stored in the ledger.</summary>
    public string Name => "folder:" + FullPath;

    /// <summary>The folder's absolute path, without a separator at its end.</summary>
    public string FullPath => System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(Path ?? "."));

    internal void Validate(string key, List<string> errors)
    {
        if (string.IsNullOrWhiteSpace(Path))
        {
            errors.Add($"{key} names no source; give Path (a folder or file)");
            return;
        }
        if (Path.Contains('\0', StringComparison.Ordinal)) errors.Add($"{key}:Path holds a NUL character");
        else if (!Directory.Exists(FullPath) && !File.Exists(FullPath)) errors.Add($"{key}:Path {FullPath} does not exist; give an existing folder or file");
    }
}
