using Amazon.S3;
using Amazon.S3.Model;
using Wayward.Storage.Ingest;

namespace Wayward.Engine.Sources.Aws;

/// <summary>Opens exactly the object that was offered: the request carries its etag, and the answer must have its length.</summary>
internal sealed class S3ObjectOpener(AwsClients clients, SourceOptions source, AwsClientSettings settings)
{
    public async Task<Stream> OpenAsync(OfferedObject item, CancellationToken cancellation)
    {
        string what = $"read s3://{item.Container}/{item.Key}";
        try
        {
            var request = new GetObjectRequest { BucketName = item.Container, Key = item.Key };
            if (item.ETag.Length > 0) request.EtagToMatch = $"\"{item.ETag}\"";
            if (source.RequesterPays) request.RequestPayer = RequestPayer.Requester;
            var response = await clients.S3.GetObjectAsync(request, cancellation);
            if (item.Bytes == OfferedObject.UnknownBytes || response.ContentLength == item.Bytes) return new S3BodyStream(response, what, response.ContentLength, settings);
            response.Dispose();
            throw new SourceObjectChangedException($"{what}: it has {response.ContentLength} bytes, {item.Bytes} were announced");
        }
        catch (Exception e) when (AwsFaults.Translate(e, what) is var translated && !ReferenceEquals(translated, e))
        {
            throw translated;
        }
    }

    /// <summary>S3 writes etags in quotes, notifications without; the ledger knows them without, or one object would have two identities.</summary>
    public static string Unquote(string? etag) => etag?.Trim('"') ?? "";
}
