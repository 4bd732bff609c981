using System.Net;
using Amazon.Runtime;

namespace Wayward.Engine.Sources.Aws;

/// <summary>Turns the SDK's errors into ours: is it the object, or is it the source?</summary>
internal static class AwsFaults
{
    private static readonly HashSet<string> AuthCodes = new(StringComparer.Ordinal)
    {
        "AccessDenied", "AccessDeniedException", "AllAccessDisabled", "ExpiredToken", "ExpiredTokenException", "InvalidAccessKeyId", "InvalidClientTokenId", "InvalidToken",
        "SignatureDoesNotMatch", "TokenRefreshRequired", "UnrecognizedClientException", "NoSuchBucket", "AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist",
        "PermanentRedirect", "AuthorizationHeaderMalformed", "RequestTimeTooSkewed",
    };

    /// <param name="what">What was tried, for the operator: "list s3://bucket/prefix".</param>
    public static Exception Translate(Exception error, string what)
    {
        switch (error)
        {
            case OperationCanceledException or SourceObjectChangedException or SourceObjectGoneException or SourceUnavailableException:
                return error;
            case AmazonServiceException { StatusCode: HttpStatusCode.PreconditionFailed }:
                return new SourceObjectChangedException($"{what}: the object changed since it was listed");
            case AmazonServiceException { ErrorCode: "NoSuchKey" or "NoSuchVersion" }:
                return new SourceObjectGoneException($"{what}: the object is not there any more", error);
            case AmazonServiceException e when AuthCodes.Contains(e.ErrorCode ?? "") || e.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized:
                return new SourceUnavailableException($"Cannot {what}: {Code(e)}. {Advice(e.ErrorCode)}", needsOperator: true, error);
            case AmazonServiceException e:
                return new SourceUnavailableException($"Cannot {what}: {Code(e)}", needsOperator: false, error);
            case AmazonClientException e:
                // No credentials, no region, no such profile, or the network under the SDK.
                return new SourceUnavailableException($"Cannot {what}: {e.Message}", needsOperator: e.InnerException is null, error);
            case ArgumentException or UriFormatException:
                // The SDK follows a redirect to another S3 endpoint itself, and throws this when the answer names anything else.
                return new SourceUnavailableException($"Cannot {what}: the server redirects to an address that is no S3 endpoint ({error.Message})", needsOperator: true, error);
            case HttpRequestException or IOException or TimeoutException:
                return new SourceUnavailableException($"Cannot {what}: {error.Message}", needsOperator: false, error);
            default:
                return error;
        }
    }

    private static string Code(AmazonServiceException e) =>
        string.IsNullOrEmpty(e.ErrorCode) ? $"{(int)e.StatusCode} {e.Message}" : $"{e.ErrorCode} ({(int)e.StatusCode})";

    private static string Advice(string? code) => code switch
    {
        "ExpiredToken" or "ExpiredTokenException" or "TokenRefreshRequired" => "The credentials have expired; renew them.",
        "NoSuchBucket" => "There is no such bucket; check its name.",
        "AWS.SimpleQueueService.NonExistentQueue" or "QueueDoesNotExist" => "There is no such queue; check its URL and region.",
        "InvalidAccessKeyId" or "InvalidClientTokenId" or "SignatureDoesNotMatch" or "UnrecognizedClientException" => "The credentials are wrong.",
        "PermanentRedirect" or "AuthorizationHeaderMalformed" => "The bucket lies in another region; set Region.",
        "RequestTimeTooSkewed" => "This machine's clock is wrong.",
        _ => "Check the policy: s3:ListBucket, s3:GetObject, and for a queue sqs:ReceiveMessage, sqs:DeleteMessage, sqs:ChangeMessageVisibility; with an encrypted bucket kms:Decrypt.",
    };
}
