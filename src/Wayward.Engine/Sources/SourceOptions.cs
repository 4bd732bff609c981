using System.Globalization;

namespace Wayward.Engine;

/// <summary>One source. The kind follows from what is set: <see cref="QueueUrl"/>, <see cref="Bucket"/>, else <see cref="Path"/>.</summary>
public sealed record SourceOptions
{
    private const string S3Scheme = "s3://";
    private static readonly DateOnly EarliestStart = new(2013, 1, 1);

    /// <summary>A folder or a single file; or <c>s3://bucket/prefix</c>, which stands for <see cref="Bucket"/> and <see cref="Prefix"/>.</summary>
    public string? Path { get; init; }
    /// <summary>Folder only: file name patterns with <c>*</c> and <c>?</c>; empty = all.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>S3 listing.</summary>
    public string? Bucket { get; init; }
    /// <summary>Where to begin: anything from the bucket's root to a region's prefix. All accounts and regions below it are read. For a queue: notifications of other keys are passed over.</summary>
    public string? Prefix { get; init; }
    /// <summary>SQS notifications of objects.</summary>
    public string? QueueUrl { get; init; }
    /// <summary>Region of bucket or queue; empty = as the AWS SDK finds it.</summary>
    public string? Region { get; init; }
    /// <summary>Another S3 server, such as <c>http://127.0.0.1:9000</c>. Implies <see cref="PathStyle"/>.</summary>
    public string? Endpoint { get; init; }
    /// <summary>Another SQS server.</summary>
    public string? QueueEndpoint { get; init; }
    public bool PathStyle { get; init; }
    /// <summary>Accept the costs of reading somebody else's bucket.</summary>
    public bool RequesterPays { get; init; }
    /// <summary>Unsigned requests, for public buckets.</summary>
    public bool Anonymous { get; init; }
    /// <summary>Profile of the shared AWS configuration.</summary>
    public string? Profile { get; init; }
    /// <summary>Role to assume, with the credentials found.</summary>
    public string? RoleArn { get; init; }
    public string? ExternalId { get; init; }
    /// <summary>Field names of a custom format whose objects have no header, in their order, such as <c>version account-id interface-id …</c>; empty = objects tell their format themselves.</summary>
    public string? FormatHeader { get; init; }
    /// <summary>Objects filed under earlier days are not taken, <c>yyyy-MM-dd</c> UTC; empty = all that is there.</summary>
    public string? StartDate { get; init; }
    /// <summary>Objects filed under later days are not taken; empty = no end.</summary>
    public string? EndDate { get; init; }
    /// <summary>Of what waits, read the newest first: a backfill then shows the present before the past.</summary>
    public bool NewestFirst { get; init; }
    /// <summary>Days that every poll lists, today's not counted. Late objects within it are found at the next poll, older ones by the reconcile.</summary>
    public int LookBackDays { get; init; } = 2;
    /// <summary>How often everything is listed and compared with the ledger.</summary>
    public TimeSpan ReconcileInterval { get; init; } = TimeSpan.FromDays(1);
    /// <summary>Seconds that a received message stays hidden from others; extended while its objects are in work.</summary>
    public int VisibilitySeconds { get; init; } = 300;

    private bool PathIsS3 => Path?.StartsWith(S3Scheme, StringComparison.OrdinalIgnoreCase) == true;

    public SourceKind Kind => !string.IsNullOrEmpty(QueueUrl) ? SourceKind.Sqs : !string.IsNullOrEmpty(Bucket) || PathIsS3 ? SourceKind.S3 : SourceKind.Folder;

    /// <summary>Unique and stable: stored in the ledger.</summary>
    public string Name => Kind switch
    {
        SourceKind.Sqs => "sqs:" + QueueUrl,
        SourceKind.S3 => S3Scheme + BucketName + "/" + KeyPrefix,
        _ => "folder:" + FullPath,
    };

    /// <summary>The folder's absolute path, without a separator at its end.</summary>
    public string FullPath => System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(Path ?? "."));

    public string BucketName => PathIsS3 ? Path![S3Scheme.Length..].Split('/', 2)[0] : Bucket ?? "";

    /// <summary>Without a slash at its beginning; as a folder it ends with one.</summary>
    public string KeyPrefix
    {
        get
        {
            string prefix = (PathIsS3 ? Path![S3Scheme.Length..].Split('/', 2) is [_, var rest] ? rest : "" : Prefix ?? "").TrimStart('/');
            return prefix.Length == 0 || prefix.EndsWith('/') ? prefix : prefix + "/";
        }
    }

    /// <summary>Null = no limit.</summary>
    public DateOnly? Start => Day(StartDate);

    /// <summary>Null = no limit.</summary>
    public DateOnly? End => Day(EndDate);

    private static DateOnly? Day(string? text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;

    internal void Validate(string key, List<string> errors)
    {
        int kinds = (string.IsNullOrEmpty(Path) ? 0 : 1) + (string.IsNullOrEmpty(Bucket) ? 0 : 1) + (string.IsNullOrEmpty(QueueUrl) ? 0 : 1);
        if (kinds != 1)
        {
            errors.Add(kinds == 0
                ? $"{key} names no source; give Path (a folder, a file or s3://bucket/prefix), Bucket or QueueUrl"
                : $"{key} gives more than one of Path, Bucket and QueueUrl; make each its own source");
            return;
        }
        if (!string.IsNullOrWhiteSpace(FormatHeader) && FlowLogs.FlowColumns.HeaderProblem(FormatHeader) is { Length: > 0 } problem)
            errors.Add($"{key}:FormatHeader: {problem}; accepted: the field names of a flow-log format, with blanks or commas between them");
        if (Kind == SourceKind.Folder)
        {
            if (Path!.Contains('\0', StringComparison.Ordinal)) errors.Add($"{key}:Path holds a NUL character");
            else if (!Directory.Exists(FullPath) && !File.Exists(FullPath)) errors.Add($"{key}:Path {FullPath} does not exist; give an existing folder or file");
            return;
        }
        if (Kind == SourceKind.S3 && BucketName.Length is < 3 or > 63) errors.Add($"{key}: '{BucketName}' is not a bucket name (3 to 63 characters)");
        if (Kind == SourceKind.Sqs) Url("QueueUrl", QueueUrl);
        Url("Endpoint", Endpoint);
        Url("QueueEndpoint", QueueEndpoint);
        if (!string.IsNullOrEmpty(StartDate) && (Start is not { } start || start < EarliestStart))
            errors.Add($"{key}:StartDate is '{StartDate}'; accepted: a day such as 2026-01-31, from 2013-01-01");
        if (!string.IsNullOrEmpty(EndDate) && (End is not { } end || end < (Start ?? EarliestStart)))
            errors.Add($"{key}:EndDate is '{EndDate}'; accepted: a day such as 2026-01-31, not before StartDate");
        if (LookBackDays is < 0 or > 400) errors.Add($"{key}:LookBackDays is {LookBackDays.ToString(CultureInfo.InvariantCulture)}; accepted: 0 to 400");
        if (ReconcileInterval < TimeSpan.FromSeconds(1) || ReconcileInterval > TimeSpan.FromDays(7)) errors.Add($"{key}:ReconcileInterval is {ReconcileInterval:c}; accepted: 00:00:01 to 7.00:00:00");
        if (VisibilitySeconds is < 2 or > 43_200) errors.Add($"{key}:VisibilitySeconds is {VisibilitySeconds.ToString(CultureInfo.InvariantCulture)}; accepted: 2 to 43200");
        if (!string.IsNullOrEmpty(ExternalId) && string.IsNullOrEmpty(RoleArn)) errors.Add($"{key}:ExternalId has no meaning without RoleArn");
        if (Anonymous && (!string.IsNullOrEmpty(RoleArn) || !string.IsNullOrEmpty(Profile))) errors.Add($"{key}:Anonymous excludes RoleArn and Profile");

        void Url(string name, string? value)
        {
            if (string.IsNullOrEmpty(value)) return;
            if (!Uri.TryCreate(value, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp))
                errors.Add($"{key}:{name} is '{value}'; accepted: an http or https URL");
        }
    }
}
