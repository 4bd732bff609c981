using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.S3;
using Amazon.SQS;

namespace Wayward.Engine.Sources.Aws;

/// <summary>
/// Clients for one source. Credentials come from the SDK's own chain (environment, profile, web identity, container, instance role) and are never stored by us.
/// Made on first use, so that a missing region or profile is the source's trouble and not a failed start.
/// </summary>
internal sealed class AwsClients(SourceOptions source, AwsClientSettings settings) : IDisposable
{
    private readonly Lazy<IAmazonS3> _s3 = new(() => new AmazonS3Client(Credentials(source, settings), S3Config(source, settings)), LazyThreadSafetyMode.PublicationOnly);
    private readonly Lazy<IAmazonSQS> _sqs = new(() => new AmazonSQSClient(Credentials(source, settings), SqsConfig(source, settings)), LazyThreadSafetyMode.PublicationOnly);

    public IAmazonS3 S3 => _s3.Value;
    public IAmazonSQS Sqs => _sqs.Value;

    private static AmazonS3Config S3Config(SourceOptions source, AwsClientSettings settings)
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = source.PathStyle || !string.IsNullOrEmpty(source.Endpoint),
            // Other S3 servers do not know the newer checksum headers; GET has our own checks anyway.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        Common(config, source, settings);
        if (!string.IsNullOrEmpty(source.Endpoint)) Elsewhere(config, source, source.Endpoint);
        return config;
    }

    private static AmazonSQSConfig SqsConfig(SourceOptions source, AwsClientSettings settings)
    {
        var config = new AmazonSQSConfig();
        Common(config, source, settings);
        if (!string.IsNullOrEmpty(source.QueueEndpoint)) Elsewhere(config, source, source.QueueEndpoint);
        return config;
    }

    private static void Common(ClientConfig config, SourceOptions source, AwsClientSettings settings)
    {
        if (!string.IsNullOrEmpty(source.Region)) config.RegionEndpoint = RegionEndpoint.GetBySystemName(source.Region);
        if (!string.IsNullOrEmpty(source.Profile)) config.Profile = new Profile(source.Profile);
        config.RetryMode = settings.RetryMode;
        config.MaxErrorRetry = settings.MaxErrorRetry;
        config.Timeout = settings.Timeout;
        config.ThrottleRetries = true;
        // A redirect could lead to an address that the configuration would not have been allowed to name.
        config.AllowAutoRedirect = false;
    }

    private static void Elsewhere(ClientConfig config, SourceOptions source, string endpoint)
    {
        config.ServiceURL = endpoint;
        config.AuthenticationRegion = string.IsNullOrEmpty(source.Region) ? "us-east-1" : source.Region;
    }

    private static AWSCredentials Credentials(SourceOptions source, AwsClientSettings settings)
    {
        if (source.Anonymous) return new AnonymousAWSCredentials();
        if (settings.Credentials is { } given) return given;
        ClientConfig seed = new AmazonS3Config();
        if (!string.IsNullOrEmpty(source.Profile)) seed.Profile = new Profile(source.Profile);
        var found = DefaultAWSCredentialsIdentityResolver.GetCredentials(seed);
        if (string.IsNullOrEmpty(source.RoleArn)) return found;
        return new AssumeRoleAWSCredentials(found, source.RoleArn, "wayward", new AssumeRoleAWSCredentialsOptions { ExternalId = string.IsNullOrEmpty(source.ExternalId) ? null : source.ExternalId });
    }

    public void Dispose()
    {
        if (_s3.IsValueCreated) _s3.Value.Dispose();
        if (_sqs.IsValueCreated) _sqs.Value.Dispose();
    }
}
