using System.Security.Cryptography;

namespace Wayward.FlowLogs.Wrapping;

/// <summary>The object's bytes as stored: counted, hashed, held to the limit.</summary>
internal sealed class ObjectSource(Stream stream, ReadContext context) : ByteSource
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool _ended;

    public override int Read(byte[] window, int end, int limit)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        if (_ended) return 0;
        int read;
        try
        {
            read = stream.Read(window, end, limit - end);
        }
        catch (Exception e) when (e is IOException or TimeoutException or ObjectDisposedException)
        {
            throw context.Refuse($"reading stopped after {Total} bytes: {e.Message}", retryable: true, inner: e);
        }
        if (read == 0)
        {
            _ended = true;
            return 0;
        }
        Total += read;
        if (Total > context.Limits.MaxObjectBytes) throw context.Refuse($"larger than the limit of {context.Limits.MaxObjectBytes} bytes");
        if (context.Info.Length is { } length && Total > length)
            throw context.Refuse($"longer than its stated length of {length} bytes", retryable: true);
        _hash.AppendData(window, end, read);
        return read;
    }

    /// <summary>To be called at the end: the length must be what was promised.</summary>
    public string Finish()
    {
        if (context.Info.Length is { } length && Total != length)
            throw context.Refuse($"truncated: {Total} of {length} bytes", retryable: true);
        return Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    public override void Dispose() => _hash.Dispose();
}
