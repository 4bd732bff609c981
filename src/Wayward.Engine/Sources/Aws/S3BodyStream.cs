using System.Diagnostics;
using Amazon.S3.Model;

namespace Wayward.Engine.Sources.Aws;

/// <summary>
/// A response body that fails loudly: a stall or a trickle ends by itself, and a body that ends early is the network's fault and not the object's.
/// </summary>
internal sealed class S3BodyStream(GetObjectResponse response, string what, long length, AwsClientSettings settings) : Stream
{
    private readonly Stream _inner = response.ResponseStream;
    private readonly long _opened = Stopwatch.GetTimestamp();
    private readonly TimeSpan _longest = 2 * settings.ReadTimeout + TimeSpan.FromSeconds(Math.Max(0, length) / (double)settings.SlowestBody);
    private long _read;

    public override int Read(Span<byte> buffer)
    {
        // The reader is synchronous. Waiting here blocks its worker only, and only so long.
        byte[] rented = System.Buffers.ArrayPool<byte>.Shared.Rent(Math.Max(1, buffer.Length));
        try
        {
            int n = ReadAsync(rented.AsMemory(0, buffer.Length)).AsTask().GetAwaiter().GetResult();
            rented.AsSpan(0, n).CopyTo(buffer);
            return n;
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(rented);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Stopwatch.GetElapsedTime(_opened) > _longest)
            throw new SourceUnavailableException($"Cannot {what}: {_read} of {length} bytes in {_longest.TotalSeconds:0} s, slower than {settings.SlowestBody} bytes a second", needsOperator: false);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(settings.ReadTimeout);
        int n;
        try
        {
            n = await _inner.ReadAsync(buffer, limit.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SourceUnavailableException($"Cannot {what}: no byte for {settings.ReadTimeout.TotalSeconds:0} s", needsOperator: false, e);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or Amazon.Runtime.AmazonClientException)
        {
            throw new SourceUnavailableException($"Cannot {what}: {e.Message}", needsOperator: false, e);
        }
        _read += n;
        if (n == 0 && buffer.Length > 0 && _read < length)
            throw new SourceUnavailableException($"Cannot {what}: the answer ended after {_read} of {length} bytes", needsOperator: false);
        return n;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    protected override void Dispose(bool disposing)
    {
        if (disposing) response.Dispose();
        base.Dispose(disposing);
    }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => length;
    public override long Position { get => _read; set => throw new NotSupportedException(); }
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
