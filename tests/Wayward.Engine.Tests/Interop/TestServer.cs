using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.SQS;
using Wayward.Engine.Sources.Aws;
using Wayward.Engine.Tests.Fakes;

namespace Wayward.Engine.Tests.Interop;

/// <summary>
/// An S3 or SQS server: our fake, or one that others wrote, named by <c>WAYWARD_S3</c> or <c>WAYWARD_SQS</c> (its URL) and <c>WAYWARD_S3_KEY</c>, <c>WAYWARD_S3_SECRET</c>.
/// <c>tests/interop.sh</c> sets up both and runs these tests.
/// </summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly FakeAws? _fake;

    private TestServer(string url, string key, string secret, FakeAws? fake)
    {
        _fake = fake;
        Url = url;
        var credentials = new BasicAWSCredentials(key, secret);
        Settings = FakeAws.Settings with { Credentials = credentials, Timeout = TimeSpan.FromSeconds(30), ReadTimeout = TimeSpan.FromSeconds(30) };
        S3 = new AmazonS3Client(credentials, new AmazonS3Config
        {
            ServiceURL = url, ForcePathStyle = true, AuthenticationRegion = "us-east-1", MaxErrorRetry = 0,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED, ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });
        Sqs = new AmazonSQSClient(credentials, new AmazonSQSConfig { ServiceURL = url, AuthenticationRegion = "us-east-1", MaxErrorRetry = 0 });
    }

    public string Url { get; }
    public AwsClientSettings Settings { get; }
    public IAmazonS3 S3 { get; }
    public IAmazonSQS Sqs { get; }

    /// <summary>Skips the test when the other server is not there.</summary>
    public static async Task<TestServer> OpenAsync(bool fake, string service)
    {
        if (fake)
        {
            var own = await FakeAws.StartAsync();
            return new(own.Url, "test", "secret", own);
        }
        string? url = Environment.GetEnvironmentVariable(service);
        Assert.SkipWhen(string.IsNullOrEmpty(url), $"no independent server: {service} is not set; tests/interop.sh sets one up");
        return new(url!, Environment.GetEnvironmentVariable(service + "_KEY") ?? "test", Environment.GetEnvironmentVariable(service + "_SECRET") ?? "secret", null);
    }

    /// <summary>As one piece: some servers store the frames of a chunked upload, or refuse it.</summary>
    public Task PutAsync(string bucket, string key, byte[] body) =>
        S3.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = key, InputStream = new MemoryStream(body), UseChunkEncoding = false }, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        S3.Dispose();
        Sqs.Dispose();
        if (_fake is not null) await _fake.DisposeAsync();
    }
}
