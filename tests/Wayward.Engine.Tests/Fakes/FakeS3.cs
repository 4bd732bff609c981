using System.Collections.Concurrent;
using System.Globalization;
using System.Security;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Wayward.Engine.Tests.Fakes;

public sealed record FakeObject(byte[] Body, string ETag, DateTimeOffset LastModified);

/// <summary>Path-style S3: list (version 2), get, put with aws-chunked bodies.</summary>
public sealed class FakeS3
{
    private readonly ConcurrentDictionary<string, SortedDictionary<string, FakeObject>> _buckets = new(StringComparer.Ordinal);
    /// <summary>A bucket's objects as they were listed last, for the next page; gone when the bucket changes.</summary>
    private readonly ConcurrentDictionary<string, KeyValuePair<string, FakeObject>[]> _listed = new(StringComparer.Ordinal);

    /// <summary>Keys in one answer.</summary>
    public int PageSize { get; set; } = 1_000;

    /// <summary>Every page of a listing is the first, and says that more follow.</summary>
    public bool ListsWithoutEnd { get; set; }

    /// <summary>Bodies come a byte at a time, this far apart.</summary>
    public TimeSpan? Trickle { get; set; }

    public FakeObject Put(string bucket, string key, byte[] body, DateTimeOffset? lastModified = null)
    {
        var item = new FakeObject(body, FakeAws.Md5(body), lastModified ?? DateTimeOffset.UtcNow);
        var objects = Bucket(bucket);
        lock (objects)
        {
            objects[key] = item;
            _listed.TryRemove(bucket, out _);
        }
        return item;
    }

    public void Delete(string bucket, string key)
    {
        var objects = Bucket(bucket);
        lock (objects)
        {
            objects.Remove(key);
            _listed.TryRemove(bucket, out _);
        }
    }

    public void CreateBucket(string bucket) => Bucket(bucket);

    private SortedDictionary<string, FakeObject> Bucket(string name) => _buckets.GetOrAdd(name, _ => new SortedDictionary<string, FakeObject>(StringComparer.Ordinal));

    internal static string OperationOf(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) ? request.Query.ContainsKey("list-type") ? "List" : "Get" : HttpMethods.IsPut(request.Method) ? "Put" : request.Method;

    internal async Task HandleAsync(HttpContext context, string operation, bool shortBody)
    {
        string[] parts = Uri.UnescapeDataString(RawPath(context)).TrimStart('/').Split('/', 2);
        string bucket = parts[0], key = parts.Length > 1 ? parts[1] : "";
        if (operation != "Put" && !_buckets.ContainsKey(bucket)) await ErrorAsync(context, 404, "NoSuchBucket");
        else if (operation == "List") await ListAsync(context, bucket);
        else if (operation == "Get") await GetAsync(context, bucket, key, shortBody);
        else if (operation == "Put" && key.Length == 0) CreateBucket(bucket);
        else if (operation == "Put") await PutAsync(context, bucket, key);
        else await ErrorAsync(context, 405, "MethodNotAllowed");
    }

    /// <summary>As sent: the server's own path has already lost what tells %2F from a slash.</summary>
    private static string RawPath(HttpContext context)
    {
        string target = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        return target.Split('?', 2)[0];
    }

    private async Task ListAsync(HttpContext context, string bucket)
    {
        var query = context.Request.Query;
        string prefix = query["prefix"].ToString(), delimiter = query["delimiter"].ToString();
        string after = ListsWithoutEnd ? "" : query["continuation-token"].ToString() is { Length: > 0 } token ? Encoding.UTF8.GetString(Convert.FromBase64String(token)) : query["start-after"].ToString();
        KeyValuePair<string, FakeObject>[] all;
        var objects = Bucket(bucket);
        lock (objects) all = _listed.GetOrAdd(bucket, _ => [.. objects]);
        var contents = new StringBuilder();
        var commons = new StringBuilder();
        string? lastCommon = null;
        string last = "";
        int count = 0;
        bool truncated = false;
        int most = int.TryParse(query["max-keys"], CultureInfo.InvariantCulture, out int asked) ? Math.Min(asked, PageSize) : PageSize;
        for (int i = FirstFrom(all, string.CompareOrdinal(prefix, after) > 0 ? prefix : after); i < all.Length; i++)
        {
            var (key, item) = all[i];
            if (string.CompareOrdinal(key, after) <= 0) continue;
            if (!key.StartsWith(prefix, StringComparison.Ordinal)) break;
            int slash = delimiter.Length == 0 ? -1 : key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
            string? common = slash < 0 ? null : key[..(slash + 1)];
            if (common is not null && (common == lastCommon || after.StartsWith(common, StringComparison.Ordinal))) continue;
            if (count == most)
            {
                truncated = true;
                break;
            }
            count++;
            if (common is not null)
            {
                lastCommon = common;
                last = common + "\uffff";
                // A folder may hold a million keys.
                i = FirstFrom(all, last) - 1;
                commons.Append(CultureInfo.InvariantCulture, $"<CommonPrefixes><Prefix>{SecurityElement.Escape(common)}</Prefix></CommonPrefixes>");
            }
            else
            {
                last = key;
                contents.Append(CultureInfo.InvariantCulture, $"<Contents><Key>{SecurityElement.Escape(key)}</Key><LastModified>{item.LastModified.UtcDateTime:yyyy-MM-ddTHH:mm:ss.000Z}</LastModified><ETag>&quot;{item.ETag}&quot;</ETag><Size>{item.Body.Length}</Size><StorageClass>STANDARD</StorageClass></Contents>");
            }
        }
        truncated |= ListsWithoutEnd;
        // A common prefix as a token: everything below it is passed over.
        string next = truncated ? $"<NextContinuationToken>{Convert.ToBase64String(Encoding.UTF8.GetBytes(last))}</NextContinuationToken>" : "";
        context.Response.ContentType = "application/xml";
        await context.Response.WriteAsync($"<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>{bucket}</Name><Prefix>{SecurityElement.Escape(prefix)}</Prefix><KeyCount>{count}</KeyCount><MaxKeys>{most}</MaxKeys><IsTruncated>{(truncated ? "true" : "false")}</IsTruncated>{next}{contents}{commons}</ListBucketResult>");
    }

    /// <summary>Index of the first key that does not sort before <paramref name="key"/>.</summary>
    private static int FirstFrom(KeyValuePair<string, FakeObject>[] all, string key)
    {
        int low = 0, high = all.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (string.CompareOrdinal(all[middle].Key, key) < 0) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    private async Task GetAsync(HttpContext context, string bucket, string key, bool shortBody)
    {
        FakeObject? item;
        var objects = Bucket(bucket);
        lock (objects) objects.TryGetValue(key, out item);
        if (item is null)
        {
            await ErrorAsync(context, 404, "NoSuchKey");
            return;
        }
        string wanted = context.Request.Headers.IfMatch.ToString();
        if (wanted.Length > 0 && wanted != $"\"{item.ETag}\"")
        {
            await ErrorAsync(context, 412, "PreconditionFailed");
            return;
        }
        context.Response.Headers.ETag = $"\"{item.ETag}\"";
        context.Response.Headers.LastModified = item.LastModified.ToString("R", CultureInfo.InvariantCulture);
        context.Response.ContentLength = item.Body.Length;
        for (int i = 0; Trickle is { } pause && i < item.Body.Length && !context.RequestAborted.IsCancellationRequested; i++)
        {
            await context.Response.Body.WriteAsync(item.Body.AsMemory(i, 1));
            await context.Response.Body.FlushAsync();
            await Task.Delay(pause, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        if (Trickle is not null) return;
        await context.Response.Body.WriteAsync(shortBody ? item.Body.AsMemory(0, item.Body.Length / 2) : item.Body);
        await context.Response.Body.FlushAsync();
        if (shortBody) context.Abort();
    }

    private async Task PutAsync(HttpContext context, string bucket, string key)
    {
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer);
        byte[] body = buffer.ToArray();
        bool chunked = context.Request.Headers.ContentEncoding.ToString().Contains("aws-chunked", StringComparison.Ordinal)
            || context.Request.Headers["x-amz-content-sha256"].ToString().StartsWith("STREAMING-", StringComparison.Ordinal);
        if (chunked) body = DecodeChunks(body);
        var item = Put(bucket, key, body);
        context.Response.Headers.ETag = $"\"{item.ETag}\"";
    }

    /// <summary>Frames of "hex-size;chunk-signature=…" CRLF data CRLF, ended by size 0 and trailers. Stored undecoded they would corrupt the object silently.</summary>
    internal static byte[] DecodeChunks(byte[] framed)
    {
        using var body = new MemoryStream();
        int at = 0;
        while (true)
        {
            int end = framed.AsSpan(at).IndexOf("\r\n"u8);
            if (end < 0) throw new InvalidDataException("aws-chunked: no end of a frame's head");
            string head = Encoding.ASCII.GetString(framed, at, end);
            int size = int.Parse(head.Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            at += end + 2;
            if (size == 0) return body.ToArray();
            body.Write(framed, at, size);
            at += size + 2;
        }
    }

    internal static Task ErrorAsync(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/xml";
        return context.Response.WriteAsync($"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>planted</Message><RequestId>1</RequestId></Error>");
    }
}
