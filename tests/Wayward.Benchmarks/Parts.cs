using System.IO.Compression;
using System.Text;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Running;
using Wayward.FlowLogs;
using Wayward.FlowLogs.Text;
using Wayward.FlowLogs.Wrapping;

namespace Wayward.Benchmarks;

internal static class Parts
{
    public static int Run(string[] arguments)
    {
        BenchmarkSwitcher.FromAssembly(typeof(Parts).Assembly).Run(arguments);
        return 0;
    }
}

/// <summary>The steps of reading one block of text, each by itself.</summary>
public class ReadingParts
{
    private byte[] _text = [], _gzip = [];
    private readonly Separators _separators = new();

    [Params("Scalar", "Vector128", "Vector256", "Vector512")]
    public string Path { get; set; } = "Vector512";

    [GlobalSetup]
    public void Setup()
    {
        var lines = new MemoryStream();
        Generate.Write(lines, "v2", 100_000, 1, 1_700_000_000);
        _text = [.. new byte[SourceWindow.Pad], .. lines.ToArray(), .. new byte[ByteSource.Slack]];
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true)) gzip.Write(lines.ToArray());
        _gzip = packed.ToArray();
    }

    [Benchmark(OperationsPerInvoke = 100_000)]
    public int FindSeparators()
    {
        var path = Enum.Parse<VectorPath>(Path);
        int lines = 0;
        for (int at = SourceWindow.Pad; at < _text.Length - ByteSource.Slack; at += 64 * 1024)
        {
            _separators.Scan(_text, at, Math.Min(at + 64 * 1024, _text.Length - ByteSource.Slack), path);
            lines += _separators.LineCount;
        }
        return lines;
    }

    [Benchmark(OperationsPerInvoke = 100_000)]
    public long ReadLines() => Read(_text.AsSpan(SourceWindow.Pad, _text.Length - SourceWindow.Pad - ByteSource.Slack).ToArray());

    [Benchmark(OperationsPerInvoke = 100_000)]
    public long InflateAndReadLines() => Read(_gzip);

    [Benchmark(OperationsPerInvoke = 100_000)]
    public long RuntimeInflate()
    {
        using var gzip = new GZipStream(new MemoryStream(_gzip), CompressionMode.Decompress);
        byte[] buffer = new byte[64 * 1024];
        long total = 0;
        while (gzip.Read(buffer) is var n and > 0) total += n;
        return total;
    }

    private long Read(byte[] bytes)
    {
        var sink = new Observer(new PortSet(53, 853, 443));
        return FlowLogReader.Read(new MemoryStream(bytes), new FlowObjectInfo("object"), ref sink, FlowReadLimits.Default, new ReadTuning { Path = Enum.Parse<VectorPath>(Path) }, default).Records;
    }

    private readonly struct Observer(PortSet ports) : IFlowRecordSink
    {
        public PortSet Ports => ports;
        public void Observe(in FlowIdentity identity) { }
        public void ObserveMore(long first, long lines, long start, long end, LogStatus status) { }
        public bool Wants(FlowEnd end, IpAddress address, ushort port) => false;
        public void Accept(in FlowRecord record) { }
    }
}

/// <summary>Addresses as text.</summary>
public class AddressParts
{
    private readonly byte[][] _addresses = [.. new[] { "10.0.0.5", "154.33.220.84", "8.8.8.8", "2001:4860:4860::8888", "2600:1f18:1234:5678:9abc:def0:1234:5678" }.Select(Encoding.ASCII.GetBytes)];

    [Benchmark(OperationsPerInvoke = 5)]
    public int Parse()
    {
        int good = 0;
        foreach (byte[] address in _addresses)
            if (IpAddress.TryParse(address, out _)) good++;
        return good;
    }
}
