using System.Globalization;
using System.IO.Compression;
using System.Text;
using Wayward.FlowLogs.Wrapping;

namespace Wayward.FlowLogs.Tests;

/// <summary>A sink that writes down what it is told, one line of text per call.</summary>
internal sealed class Recorder(params ushort[] ports) : IFlowRecordSink
{
    public List<string> Observed { get; } = [];
    public List<string> Accepted { get; } = [];
    public Func<FlowEnd, IpAddress, ushort, bool> Wanted { get; init; } = (_, _, _) => true;
    public PortSet Ports { get; } = new(ports.Length > 0 ? ports : [53, 853, 443]);

    private string _names = "";

    public void Observe(in FlowIdentity identity)
    {
        _names = Names(identity);
        Observed.Add(Describe(identity));
    }

    public void ObserveMore(long first, long lines, long start, long end, LogStatus status)
    {
        for (long line = first; line < first + lines; line++) Observed.Add(Describe(line, _names, start, end, hasTimes: true, status));
    }

    public bool Wants(FlowEnd end, IpAddress address, ushort port) => Wanted(end, address, port);

    public void Accept(in FlowRecord r) => Accepted.Add(string.Create(CultureInfo.InvariantCulture,
        $"{Describe(r.Identity)} {r.SourceAddress}:{r.SourcePort}>{r.DestinationAddress}:{r.DestinationPort} ({r.PacketSourceAddress}>{r.PacketDestinationAddress}) proto {r.Protocol} packets {r.Packets} bytes {r.Bytes} {r.Action} flags {(r.HasTcpFlags ? r.TcpFlags : -1)} {r.Direction} [{Text(r.RawLine)}]"));

    public static string Describe(in FlowIdentity i) => Describe(i.Line, Names(i), i.Start, i.End, i.HasTimes, i.Status);

    private static string Describe(long line, string names, long start, long end, bool hasTimes, LogStatus status) =>
        string.Create(CultureInfo.InvariantCulture, $"{line} {names} {start}-{end}/{hasTimes} {status}");

    private static string Names(in FlowIdentity i) =>
        $"acc={Text(i.AccountId)} eni={Text(i.InterfaceId)} inst={Text(i.InstanceId)}/{i.HasInstanceColumn} vpc={Text(i.VpcId)} sub={Text(i.SubnetId)} asg={Text(i.AsgTag)} tag={Text(i.InstanceTag)} reg={Text(i.Region)}";

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);
}

/// <summary>One reading, with everything that was pushed.</summary>
internal sealed record Reading(FlowReadResult Result, List<string> Observed, List<string> Accepted)
{
    public static Reading Of(byte[] bytes, FlowObjectInfo? info = null, FlowReadLimits? limits = null, ReadTuning? tuning = null, Recorder? recorder = null)
    {
        recorder ??= new Recorder();
        var result = FlowLogReader.Read(new MemoryStream(bytes), info ?? new FlowObjectInfo("object", bytes.Length), ref recorder, limits ?? FlowReadLimits.Default, tuning ?? ReadTuning.Default, TestContext.Current.CancellationToken);
        return new Reading(result, recorder.Observed, recorder.Accepted);
    }

    public static Reading Of(string text, FlowObjectInfo? info = null, FlowReadLimits? limits = null, ReadTuning? tuning = null, Recorder? recorder = null) =>
        Of(Encoding.Latin1.GetBytes(text), info, limits, tuning, recorder);

    public static FlowObjectException Refused(byte[] bytes, FlowObjectInfo? info = null, FlowReadLimits? limits = null, ReadTuning? tuning = null) =>
        Assert.Throws<FlowObjectException>(() => Of(bytes, info, limits, tuning));

    public static FlowObjectException Refused(string text, FlowObjectInfo? info = null, FlowReadLimits? limits = null) => Refused(Encoding.Latin1.GetBytes(text), info, limits);

    /// <summary>A quarantined line as <c>line column reason</c>.</summary>
    public string[] Quarantined => [.. Result.Quarantined.Select(q => $"{q.Line} {q.Column ?? "-"} {q.Reason}")];
}

internal static class Wrap
{
    public static byte[] Gzip(string text, CompressionLevel level = CompressionLevel.Optimal) => Gzip(Encoding.Latin1.GetBytes(text), level);

    public static byte[] Gzip(byte[] bytes, CompressionLevel level = CompressionLevel.Optimal)
    {
        var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, level, leaveOpen: true)) gzip.Write(bytes);
        return stream.ToArray();
    }
}
