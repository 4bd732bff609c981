using Wayward.Core.Contacts;
using Wayward.FlowLogs;

namespace Wayward.Engine.Pipeline;

/// <summary>The folder as a sink that also tells that reading goes on. A struct, so that the calls per line are direct ones.</summary>
internal readonly struct MeteredSink(FolderSink inner, ReadProgress progress) : IFlowRecordSink
{
    public PortSet Ports => inner.Ports;

    public void Observe(in FlowIdentity identity)
    {
        progress.Step();
        inner.Observe(identity);
    }

    public void ObserveMore(long first, long lines, long start, long end, LogStatus status)
    {
        progress.Step();
        inner.ObserveMore(first, lines, start, end, status);
    }

    public bool Wants(FlowEnd end, IpAddress address, ushort port) => inner.Wants(end, address, port);
    public void Accept(in FlowRecord record) => inner.Accept(record);
}
