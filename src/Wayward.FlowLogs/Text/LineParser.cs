using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Wayward.FlowLogs.Text;

/// <summary>One line whose fields are known by their ends: checks it and pushes it. Nothing is pushed of a line that proves malformed.</summary>
internal static class LineParser
{
    /// <summary>Reads one line.</summary>
    /// <param name="text">First byte of the buffer.</param>
    /// <param name="ends">Position of the separator before the line's first field; the next <see cref="ColumnPlan.Count"/> entries end its fields.</param>
    /// <param name="raw">The line as it stands in the object.</param>
    /// <param name="fault">Kind in the low byte, column (plan index) + 1 above; 0 when the line was taken.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Parse<TSink>(ref byte text, ref int ends, ReadOnlySpan<byte> raw, long line, ColumnPlan plan, RecordTally tally, ref TSink sink)
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
            if (length != 2 || Unsafe.ReadUnaligned<ushort>(ref first) != (BitConverter.IsLittleEndian ? 0x4B4F : 0x4F4B))
            {
                var value = MemoryMarshal.CreateReadOnlySpan(ref first, length);
                if (value.SequenceEqual("NODATA"u8)) status = LogStatus.NoData;
                else if (value.SequenceEqual("SKIPDATA"u8)) status = LogStatus.SkipData;
                else return Bad(FaultKind.NotStatus, plan.Status);
            }
        }

        long start, end;
        int startColumn = plan.Start >= 0 ? plan.Start : plan.End;
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

        ReadOnlySpan<byte> account = default, instance = default, @interface = default;
        if (plan.Account >= 0)
        {
            ref byte first = ref Field(ref text, ref ends, plan.Account, out int length);
            if (FieldText.IsAccount(ref first, length)) account = MemoryMarshal.CreateReadOnlySpan(ref first, length);
            else if (!IsHyphen(ref first, length)) return Bad(FaultKind.NotAccount, plan.Account);
        }
        if (plan.Interface >= 0)
        {
            ref byte first = ref Field(ref text, ref ends, plan.Interface, out int length);
            if (length > 4 && Unsafe.ReadUnaligned<uint>(ref first) == (BitConverter.IsLittleEndian ? 0x2D69_6E65U : 0x656E_692DU) && FieldText.IsId(ref Unsafe.Add(ref first, 4), length - 4))
                @interface = MemoryMarshal.CreateReadOnlySpan(ref first, length);
            else if (!IsHyphen(ref first, length)) return Bad(FaultKind.NotInterface, plan.Interface);
        }
        if (plan.Instance >= 0)
        {
            ref byte first = ref Field(ref text, ref ends, plan.Instance, out int length);
            if (length > 2 && first == 'i' && Unsafe.Add(ref first, 1) == '-' && FieldText.IsId(ref Unsafe.Add(ref first, 2), length - 2))
                instance = MemoryMarshal.CreateReadOnlySpan(ref first, length);
            else if (!IsHyphen(ref first, length)) return Bad(FaultKind.NotInstance, plan.Instance);
        }
        if (plan.Version is { } version && !Span(ref text, ref ends, 0).SequenceEqual(version)) return Bad(FaultKind.OtherVersion, 0);

        var identity = new FlowIdentity
        {
            Line = line,
            AccountId = account,
            InterfaceId = @interface,
            InstanceId = instance,
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

        if (status == LogStatus.Ok)
        {
            var ports = sink.Ports;
            if (sourceIsPort && ports.Contains((ushort)sourcePort) || destinationIsPort && ports.Contains((ushort)destinationPort))
            {
                int fault = ParseRest(ref text, ref ends, raw, plan, in identity, (ushort)sourcePort, (ushort)destinationPort, ref sink);
                if (fault != 0) return fault;
                Count(tally, start, end);
                return 0;
            }
        }
        else if (status == LogStatus.NoData) tally.NoData++;
        else tally.SkipData++;
        sink.Observe(in identity);
        Count(tally, start, end);
        return 0;
    }

    /// <summary>A line with a port of interest: its addresses, and the rest when the sink wants them; all of it checked before anything is pushed.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static int ParseRest<TSink>(ref byte text, ref int ends, ReadOnlySpan<byte> raw, ColumnPlan plan, in FlowIdentity identity, ushort sourcePort, ushort destinationPort, ref TSink sink)
        where TSink : IFlowRecordSink
    {
        if (!Address(ref text, ref ends, plan.Source, out var source)) return Bad(FaultKind.NotAddress, plan.Source);
        if (!Address(ref text, ref ends, plan.Destination, out var destination)) return Bad(FaultKind.NotAddress, plan.Destination);
        if (!Address(ref text, ref ends, plan.PacketSource, out var packetSource)) return Bad(FaultKind.NotAddress, plan.PacketSource);
        if (!Address(ref text, ref ends, plan.PacketDestination, out var packetDestination)) return Bad(FaultKind.NotAddress, plan.PacketDestination);
        if (!sink.WantsAddresses(packetSource.IsNone ? source : packetSource, packetDestination.IsNone ? destination : packetDestination, sourcePort, destinationPort))
        {
            sink.Observe(in identity);
            return 0;
        }

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
        var record = new FlowRecord
        {
            Identity = identity,
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
            RawLine = raw,
        };
        sink.Observe(in identity);
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
    private static ref byte Field(ref byte text, ref int ends, int column, out int length)
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

    private static bool Address(ref byte text, ref int ends, int column, out IpAddress address)
    {
        var value = Optional(ref text, ref ends, column);
        address = IpAddress.None;
        if (value.IsEmpty) return true;
        // A field stands in a window with slack behind it, so sixteen bytes from its start are always there.
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
