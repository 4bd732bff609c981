namespace Wayward.FlowLogs;

/// <summary>
/// Where a reader pushes what it reads, in steps of growing cost, so that a line which cannot matter is never parsed whole.
/// For each valid data line <see cref="Observe"/> is called once, or the line is among those of one <see cref="ObserveMore"/>. Each end of a line with status OK whose port is in <see cref="Ports"/> is first asked about by
/// <see cref="Wants"/>, the source first; at the first yes the rest of the line is parsed, and <see cref="Accept"/> follows right after the line was observed.
/// A line that proves malformed in anything that was parsed is quarantined by the reader and contributes nothing: it is neither observed nor
/// accepted. (Of a line that cannot matter only identity, times, ports and status are parsed; of one that is not wanted, the addresses that were asked about too.)
/// Implementations are structs or sealed classes so that the JIT can see through the calls; a struct (it may wrap a class) is fastest, since generic code over it is its own.
/// </summary>
public interface IFlowRecordSink
{
    /// <summary>Ports worth a second look: a line with neither port in this set only counts for coverage.</summary>
    PortSet Ports { get; }

    /// <summary>A valid data line, NODATA and SKIPDATA included.</summary>
    void Observe(in FlowIdentity identity);

    /// <summary>
    /// Lines that follow the one observed last and name the same: of their <see cref="FlowIdentity"/> all is equal but line, times and status, and among themselves these times and this status.
    /// Interfaces write in bursts, so this is the usual case, and costs a sink that counts one call for many lines.
    /// </summary>
    /// <param name="first">Number of the first of these lines; the others follow it without a gap.</param>
    /// <param name="lines">How many, at least one.</param>
    void ObserveMore(long first, long lines, long start, long end, LogStatus status);

    /// <summary>
    /// May a flow with this end matter? A question that changes nothing: it is asked before the line is observed, and the line may yet prove malformed. Called for status OK lines, for an end whose port is in <see cref="Ports"/>;
    /// the other end's address is not even looked at before this one is wanted, since most lines of a busy port lead to servers of no interest.
    /// </summary>
    /// <param name="end">Which end of the flow it is.</param>
    /// <param name="address">The packet-level address where the line has one, else the interface-level one.</param>
    /// <param name="port">In <see cref="Ports"/>.</param>
    bool Wants(FlowEnd end, IpAddress address, ushort port);

    /// <summary>A whole, valid record, right after its line was observed.</summary>
    void Accept(in FlowRecord record);
}

/// <summary>A set of port numbers, one bit each (8 KiB).</summary>
public sealed class PortSet
{
    private readonly ulong[] _bits = new ulong[1024];

    public PortSet(params ReadOnlySpan<ushort> ports)
    {
        foreach (ushort port in ports) _bits[port >> 6] |= 1UL << port;
    }

    public PortSet(IEnumerable<ushort> ports)
    {
        foreach (ushort port in ports) _bits[port >> 6] |= 1UL << port;
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]
    public bool Contains(ushort port) => (System.Runtime.CompilerServices.Unsafe.Add(ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(_bits), port >> 6) >> port & 1) != 0;

    public IEnumerable<ushort> Enumerate()
    {
        for (int port = 0; port <= ushort.MaxValue; port++)
            if (Contains((ushort)port)) yield return (ushort)port;
    }
}
