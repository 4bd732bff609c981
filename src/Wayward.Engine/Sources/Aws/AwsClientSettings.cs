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
    /// <summary>A body that stalls for longer is given up.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(60);
    /// <summary>Instead of the SDK's chain.</summary>
    public AWSCredentials? Credentials { get; init; }
}
