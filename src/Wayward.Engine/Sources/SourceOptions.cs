using System.Globalization;
using Wayward.Core;

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

    /// <param name="key">Of this element, such as <c>Ingest:Sources:0</c>.</param>
    internal OptionRules Check(string key)
    {
        var rules = new OptionRules(key);
        int kinds = (string.IsNullOrEmpty(Path) ? 0 : 1) + (string.IsNullOrEmpty(Bucket) ? 0 : 1) + (string.IsNullOrEmpty(QueueUrl) ? 0 : 1);
        if (kinds == 0) rules.Add(null, "names no source; give Path (a folder, a file or s3://bucket/prefix), Bucket or QueueUrl");
        else if (kinds > 1) rules.Add(null, "gives more than one of Path, Bucket and QueueUrl; make each its own source");
        else if (Kind == SourceKind.Folder) CheckFolder(rules);
        else CheckAws(rules);
        if (!string.IsNullOrWhiteSpace(FormatHeader) && FlowLogs.FlowColumns.HeaderProblem(FormatHeader) is { Length: > 0 } problem)
            rules.Add(nameof(FormatHeader), $"{problem}; accepted: the field names of a flow-log format, with blanks or commas between them");
        return rules;
    }

    private void CheckFolder(OptionRules rules)
    {
        if (Path!.Contains('\0', StringComparison.Ordinal)) rules.Add(nameof(Path), "holds a NUL character");
        else if (!Directory.Exists(FullPath) && !File.Exists(FullPath)) rules.Add(nameof(Path), $"{FullPath} does not exist; give an existing folder or file");
    }

    private void CheckAws(OptionRules rules)
    {
        if (Kind == SourceKind.S3) rules.Require(BucketName.Length is >= 3 and <= 63, nameof(Bucket), $"'{BucketName}'", "a bucket name of 3 to 63 characters");
        if (Kind == SourceKind.Sqs) rules.Url(QueueUrl);
        rules.Url(Endpoint).Url(QueueEndpoint)
            .Require(string.IsNullOrEmpty(StartDate) || (Start is { } start && start >= EarliestStart), nameof(StartDate), $"'{StartDate}'", "a day such as 2026-01-31, from 2013-01-01")
            .Require(string.IsNullOrEmpty(EndDate) || (End is { } end && end >= (Start ?? EarliestStart)), nameof(EndDate), $"'{EndDate}'", "a day such as 2026-01-31, not before StartDate")
            .Range(LookBackDays, 0, 400)
            .Span(ReconcileInterval, TimeSpan.FromSeconds(1), TimeSpan.FromDays(7))
            .Range(VisibilitySeconds, 2, 43_200);
        if (!string.IsNullOrEmpty(ExternalId) && string.IsNullOrEmpty(RoleArn)) rules.Add(nameof(ExternalId), "has no meaning without RoleArn");
        if (Anonymous && (!string.IsNullOrEmpty(RoleArn) || !string.IsNullOrEmpty(Profile))) rules.Add(nameof(Anonymous), "excludes RoleArn and Profile");
    }
}
