using Amazon.Runtime;

namespace Wayward.Engine.Sources.Aws;

/// <summary>How patient the SDK is before an error reaches us; we then wait for minutes, not milliseconds.</summary>
public sealed record AwsClientSettings
{
    public static readonly AwsClientSettings Default = new();
    /// <summary>Adaptive: after a SlowDown the client itself sends less.</summary>
    public RequestRetryMode RetryMode { get; init; } = RequestRetryMode.Adaptive;
    public int MaxErrorRetry { get; init; } = 3;
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);
    /// <summary>A body that stalls for longer is given up. Shorter than <see cref="IngestOptions.StallTime"/>, so that a silent network is not blamed on the object.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(45);
    /// <summary>A body that comes slower than this on the whole is given up, bytes a second: one byte a minute never stalls and never ends.</summary>
    public int SlowestBody { get; init; } = 16 * 1024;
    /// <summary>Pages of one listing, a thousand keys each at most; more is taken for a listing without end.</summary>
    public int MaxPages { get; init; } = 1_000_000;
    /// <summary>Instead of the SDK's chain.</summary>
    public AWSCredentials? Credentials { get; init; }
}
