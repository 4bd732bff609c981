using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Wayward.FlowLogs.Text;

/// <summary>One line whose fields are known by their ends: checks it and pushes it. Nothing is pushed of a line that proves malformed.</summary>
internal static class LineParser
{
    /// <summary>What <see cref="Ask"/> says of a line that is to be parsed whole.</summary>
    public const int Wanted = -1;

    /// <summary>Reads one line.</summary>
    /// <param name="text">First byte of the buffer.</param>
    /// <param name="ends">Position of the separator before the line's first field; the next <see cref="ColumnPlan.Count"/> entries end its fields.</param>
    /// <param name="raw">The line as it stands in the object.</param>
    /// <param name="last">The line before, when it stands in the same buffer; becomes this one when it is taken.</param>
    /// <returns>0 when the line was taken, else the kind of fault in the low byte, column (plan index) + 1 above.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Parse<TSink>(ref byte text, ref int ends, ReadOnlySpan<byte> raw, long line, ColumnPlan plan, RecordTally tally, ref LastLine last, ref TSink sink)
        where TSink : IFlowRecordSink
    {
        int sourcePort = 0, destinationPort = 0;
        bool sourceIsPort = false, destinationIsPort = false;
        {
            ref byte first = ref Field(ref text, ref ends, plan.SourcePort, out int length);
            if (FieldText.TryPort(ref first, length, out sourcePort)) sourceIsPort = true;
            else if (IsHyphen(ref first, length)) sourcePort = 0;
            else return Bad(FaultKind.NotPort, plan.SourcePort);
        }
        {
            ref byte first = ref Field(ref text, ref ends, plan.DestinationPort, out int length);
            if (FieldText.TryPort(ref first, length, out destinationPort)) destinationIsPort = true;
            else if (IsHyphen(ref first, length)) destinationPort = 0;
            else return Bad(FaultKind.NotPort, plan.DestinationPort);
        }

        var status = LogStatus.Ok;
        if (plan.Status >= 0)
        {
            ref byte first = ref Field(ref text, ref ends, plan.Status, out int length);
            if (!IsOk(ref first, length))
            {
                var value = MemoryMarshal.CreateReadOnlySpan(ref first, length);
                if (value.SequenceEqual("NODATA"u8)) status = LogStatus.NoData;
                else if (value.SequenceEqual("SKIPDATA"u8)) status = LogStatus.SkipData;
                else return Bad(FaultKind.NotStatus, plan.Status);
            }
        }

        bool sameTimes = last.HasTimes(ref text, ref ends);
        long start = last.Start, end = last.End;
        if (!sameTimes)
        {
            int startColumn = plan.StartOrEnd;
            {
                ref byte first = ref Field(ref text, ref ends, startColumn, out int length);
                if (!FieldText.TryTime(ref first, length, out start)) return Bad(IsHyphen(ref first, length) ? FaultKind.NoTime : FaultKind.NotTime, startColumn);
            }
            end = start;
            if (plan.End >= 0 && plan.End != startColumn)
            {
                ref byte first = ref Field(ref text, ref ends, plan.End, out int length);
                if (!FieldText.TryTime(ref first, length, out end)) return Bad(IsHyphen(ref first, length) ? FaultKind.NoTime : FaultKind.NotTime, plan.End);
                if (end < start) return Bad(FaultKind.StartAfterEnd, startColumn);
            }
            if (start < tally.EarliestStart) return Bad(FaultKind.TooEarly, startColumn);
            if (start > tally.LatestStart) return Bad(FaultKind.TooLate, startColumn);
            if (end - start > tally.LongestInterval) return Bad(FaultKind.LastsTooLong, plan.End);
        }

        bool sameIdentity = last.HasIdentity(ref text, ref ends);
        if (!sameIdentity && CheckIdentity(ref text, ref ends, plan) is var bad and not 0) return bad;

        if (status == LogStatus.Ok)
        {
            bool sourceCounts = sourceIsPort && sink.Ports.Contains((ushort)sourcePort), destinationCounts = destinationIsPort && sink.Ports.Contains((ushort)destinationPort);
            int fault = sourceCounts | destinationCounts ? Ask(ref text, ref ends, plan, sourceCounts, destinationCounts, sourcePort, destinationPort, ref sink) : 0;
            if (fault > 0) return fault;
            if (fault == Wanted)
            {
                fault = ParseRest(ref text, ref ends, raw, line, start, end, sameIdentity, plan, tally, ref last, (ushort)sourcePort, (ushort)destinationPort, ref sink);
                if (fault > 0) return fault;
                last.Take(ref ends, plan, start, end);
                Count(tally, start, end);
                return 0;
            }
        }
        else if (status == LogStatus.NoData) tally.NoData++;
        else tally.SkipData++;
        Observe(ref text, ref ends, plan, line, start, end, status, sameIdentity, tally, ref last, ref sink);
        last.Take(ref ends, plan, start, end);
        Count(tally, start, end);
        return 0;
    }

    private static void Observe<TSink>(ref byte text, ref int ends, ColumnPlan plan, long line, long start, long end, LogStatus status, bool sameIdentity, RecordTally tally, ref LastLine last, ref TSink sink)
        where TSink : IFlowRecordSink
    {
        last.Flush(tally, ref sink);
        if (sameIdentity) sink.ObserveMore(line, 1, start, end, status);
        else sink.Observe(Identity(ref text, ref ends, plan, line, start, end, status));
    }

    /// <summary>Are account, interface and instance what their columns promise?</summary>
    private static int CheckIdentity(ref byte text, ref int ends, ColumnPlan plan)
    {
        if (plan.Account >= 0)
        {
            ref byte first = ref Field(ref text, ref ends, plan.Account, out int length);
            if (!FieldText.IsAccount(ref first, length) && !IsHyphen(ref first, length)) return Bad(FaultKind.NotAccount, plan.Account);
        }
        if (plan.Interface >= 0)
        {
            ref byte first = ref Field(ref text, ref ends, plan.Interface, out int length);
            if (!FieldText.IsInterface(ref first, length) && !IsHyphen(ref first, length)) return Bad(FaultKind.NotInterface, plan.Interface);
        }
        if (plan.Instance >= 0)
        {
            ref byte first = ref Field(ref text, ref ends, plan.Instance, out int length);
            if (!FieldText.IsInstance(ref first, length) && !IsHyphen(ref first, length)) return Bad(FaultKind.NotInstance, plan.Instance);
        }
        if (plan.Version is { } version && !Span(ref text, ref ends, plan[FlowField.Version]).SequenceEqual(version)) return Bad(FaultKind.OtherVersion, plan[FlowField.Version]);
        return 0;
    }

    /// <summary>Of a line whose identity was checked.</summary>
    private static FlowIdentity Identity(ref byte text, ref int ends, ColumnPlan plan, long line, long start, long end, LogStatus status) => new()
    {
        Line = line,
        Layout = plan.Layout,
        AccountId = plan.Account12(Optional(ref text, ref ends, plan.Account)),
        InterfaceId = Optional(ref text, ref ends, plan.Interface),
        InstanceId = Optional(ref text, ref ends, plan.Instance),
        HasInstanceColumn = plan.Instance >= 0,
        VpcId = Optional(ref text, ref ends, plan.Vpc),
        SubnetId = Optional(ref text, ref ends, plan.Subnet),
        AsgTag = Optional(ref text, ref ends, plan.AsgTag),
        InstanceTag = Optional(ref text, ref ends, plan.InstanceTag),
        Region = Optional(ref text, ref ends, plan.Region),
        Start = start,
        End = end,
        HasTimes = true,
        Status = status,
    };

    /// <summary>Asks the sink about each end of a status OK line whose port is of interest; its address is checked first, and nothing else of the line.</summary>
    /// <param name="sourceCounts">The source's port is of interest.</param>
    /// <param name="destinationCounts">The same of the destination; one of them is.</param>
    /// <returns>0 when neither end is wanted, <see cref="Wanted"/>, or a fault as of <see cref="Parse"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Ask<TSink>(ref byte text, ref int ends, ColumnPlan plan, bool sourceCounts, bool destinationCounts, int sourcePort, int destinationPort, ref TSink sink) where TSink : IFlowRecordSink
    {
        // Which end it is cannot be foreseen, so it is chosen without a branch.
        int column = sourceCounts ? plan.AskedSource : plan.AskedDestination, port = sourceCounts ? sourcePort : destinationPort;
        ref byte first = ref Field(ref text, ref ends, column, out int length);
        if (IpTextFast.TryParseIPv4(ref first, length, out uint value) & !(sourceCounts & destinationCounts))
            return sink.Wants(sourceCounts ? FlowEnd.Source : FlowEnd.Destination, IpAddress.FromIPv4(value), (ushort)port) ? Wanted : 0;
        return AskSlowly(ref text, ref ends, plan, sourceCounts, destinationCounts, sourcePort, destinationPort, ref sink);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int AskSlowly<TSink>(ref byte text, ref int ends, ColumnPlan plan, bool sourceCounts, bool destinationCounts, int sourcePort, int destinationPort, ref TSink sink) where TSink : IFlowRecordSink
    {
        int answer = sourceCounts ? AskEnd(ref text, ref ends, plan.PacketSource, plan.Source, FlowEnd.Source, (ushort)sourcePort, ref sink) : 0;
        return answer == 0 && destinationCounts ? AskEnd(ref text, ref ends, plan.PacketDestination, plan.Destination, FlowEnd.Destination, (ushort)destinationPort, ref sink) : answer;
    }

    private static int AskEnd<TSink>(ref byte text, ref int ends, int packetColumn, int column, FlowEnd end, ushort port, ref TSink sink) where TSink : IFlowRecordSink
    {
        var address = IpAddress.None;
        if (packetColumn >= 0 && !Address(ref text, ref ends, packetColumn, out address)) return Bad(FaultKind.NotAddress, packetColumn);
        if (address.IsNone && !Address(ref text, ref ends, column, out address)) return Bad(FaultKind.NotAddress, column);
        return sink.Wants(end, address, port) ? Wanted : 0;
    }

    /// <summary>A line that is wanted: everything else of it, all of it checked before anything is pushed.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static int ParseRest<TSink>(ref byte text, ref int ends, ReadOnlySpan<byte> raw, long line, long start, long end, bool sameIdentity, ColumnPlan plan, RecordTally tally, ref LastLine last,
        ushort sourcePort, ushort destinationPort, ref TSink sink)
        where TSink : IFlowRecordSink
    {
        IpAddress packetSource = IpAddress.None, packetDestination = IpAddress.None;
        if (!Address(ref text, ref ends, plan.Source, out var source)) return Bad(FaultKind.NotAddress, plan.Source);
        if (!Address(ref text, ref ends, plan.Destination, out var destination)) return Bad(FaultKind.NotAddress, plan.Destination);
        if (plan.PacketSource >= 0 && !Address(ref text, ref ends, plan.PacketSource, out packetSource)) return Bad(FaultKind.NotAddress, plan.PacketSource);
        if (plan.PacketDestination >= 0 && !Address(ref text, ref ends, plan.PacketDestination, out packetDestination)) return Bad(FaultKind.NotAddress, plan.PacketDestination);

        if (!Count(ref text, ref ends, plan.Protocol, out long protocol) || protocol > byte.MaxValue) return Bad(FaultKind.NotProtocol, plan.Protocol);
        if (!Count(ref text, ref ends, plan.Packets, out long packets)) return Bad(FaultKind.NotCount, plan.Packets);
        if (!Count(ref text, ref ends, plan.Bytes, out long bytes)) return Bad(FaultKind.NotCount, plan.Bytes);
        var action = FlowAction.None;
        var value = Optional(ref text, ref ends, plan.Action);
        if (!value.IsEmpty)
        {
            if (value.SequenceEqual("ACCEPT"u8)) action = FlowAction.Accept;
            else if (value.SequenceEqual("REJECT"u8)) action = FlowAction.Reject;
            else return Bad(FaultKind.NotAction, plan.Action);
        }
        bool hasFlags = !Optional(ref text, ref ends, plan.TcpFlags).IsEmpty;
        if (!Count(ref text, ref ends, plan.TcpFlags, out long flags) || flags > byte.MaxValue) return Bad(FaultKind.NotFlags, plan.TcpFlags);
        var direction = FlowDirection.Unknown;
        value = Optional(ref text, ref ends, plan.Direction);
        if (!value.IsEmpty)
        {
            if (value.SequenceEqual("ingress"u8)) direction = FlowDirection.Ingress;
            else if (value.SequenceEqual("egress"u8)) direction = FlowDirection.Egress;
            else return Bad(FaultKind.NotDirection, plan.Direction);
        }
        value = Optional(ref text, ref ends, plan.TrafficPath);
        var record = new FlowRecord
        {
            Identity = Identity(ref text, ref ends, plan, line, start, end, LogStatus.Ok),
            SourceAddress = source,
            DestinationAddress = destination,
            PacketSourceAddress = packetSource,
            PacketDestinationAddress = packetDestination,
            SourcePort = sourcePort,
            DestinationPort = destinationPort,
            Protocol = (byte)protocol,
            Packets = packets,
            Bytes = bytes,
            Action = action,
            TcpFlags = (byte)flags,
            HasTcpFlags = hasFlags,
            Direction = direction,
            // Context: a path that AWS has yet to invent makes no record malformed.
            TrafficPath = value.Length == 1 && value[0] is >= (byte)'1' and <= (byte)'9' ? (byte)(value[0] - '0') : (byte)0,
            RawLine = raw,
        };
        Observe(ref text, ref ends, plan, line, start, end, LogStatus.Ok, sameIdentity, tally, ref last, ref sink);
        sink.Accept(in record);
        return 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Count(RecordTally tally, long start, long end)
    {
        tally.Records++;
        if (start < tally.FirstStart) tally.FirstStart = start;
        if (end > tally.LastEnd) tally.LastEnd = end;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsOk(ref byte first, int length) => length == 2 && Unsafe.ReadUnaligned<ushort>(ref first) == (BitConverter.IsLittleEndian ? 0x4B4F : 0x4F4B);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref byte Field(ref byte text, ref int ends, int column, out int length)
    {
        int first = Unsafe.Add(ref ends, column) + 1;
        length = Unsafe.Add(ref ends, column + 1) - first;
        return ref Unsafe.Add(ref text, first);
    }

    private static ReadOnlySpan<byte> Span(ref byte text, ref int ends, int column)
    {
        ref byte first = ref Field(ref text, ref ends, column, out int length);
        return MemoryMarshal.CreateReadOnlySpan(ref first, length);
    }

    /// <summary>Empty when the column is absent or reads <c>-</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ReadOnlySpan<byte> Optional(ref byte text, ref int ends, int column)
    {
        if (column < 0) return default;
        ref byte first = ref Field(ref text, ref ends, column, out int length);
        return IsHyphen(ref first, length) ? default : MemoryMarshal.CreateReadOnlySpan(ref first, length);
    }

    private static bool Address(ref byte text, ref int ends, int column, out IpAddress address) => Address(Optional(ref text, ref ends, column), out address);

    /// <param name="value">Sixteen bytes from its start are readable; empty where there is none.</param>
    public static bool Address(ReadOnlySpan<byte> value, out IpAddress address)
    {
        address = IpAddress.None;
        if (value.IsEmpty) return true;
        // A field stands in a window, or page, with slack behind it.
        if (IpTextFast.TryParseIPv4(ref MemoryMarshal.GetReference(value), value.Length, out uint v4))
        {
            address = IpAddress.FromIPv4(v4);
            return true;
        }
        return IpText.TryParse(value, out address);
    }

    private static bool Count(ref byte text, ref int ends, int column, out long count)
    {
        var value = Optional(ref text, ref ends, column);
        count = 0;
        return value.IsEmpty || FieldText.TryCount(ref MemoryMarshal.GetReference(value), value.Length, out count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsHyphen(ref byte first, int length) => length == 1 && first == '-';

    private static int Bad(FaultKind kind, int column) => (int)kind | column + 1 << 8;
}
