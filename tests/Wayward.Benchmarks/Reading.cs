using System.IO.Compression;
using Wayward.FlowLogs;
using Wayward.FlowLogs.Text;
using Wayward.FlowLogs.Wrapping;

namespace Wayward.Benchmarks;

internal static class Reading
{
    public static int Drain(string[] files)
    {
        long total = 0;
        byte[] buffer = new byte[64 * 1024];
        foreach (string file in files)
        {
            using var gzip = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
            while (gzip.Read(buffer) is var n and > 0) total += n;
        }
        Console.WriteLine(total);
        return 0;
    }

    public static int Inflate(string[] files)
    {
        long total = 0;
        foreach (string file in files)
        {
            var context = new ReadContext(new FlowObjectInfo(file), FlowReadLimits.Default, ReadTuning.Default, default);
            using var stream = File.OpenRead(file);
            using var stored = new ObjectSource(stream, context);
            using var opened = OpenedObject.Open(stored, context, new RecordTally(context));
            do
            {
                total += opened.Window.Length;
                opened.Window.Start = opened.Window.End;
            }
            while (opened.Window.Fill());
            stored.Finish();
        }
        Console.WriteLine(total);
        return 0;
    }

    public static int Read(string[] files)
    {
        long records = 0;
        foreach (string file in files)
        {
            var sink = new Nothing(new PortSet(53, 853, 443));
            using var stream = File.OpenRead(file);
            records += FlowLogReader.Read(stream, new FlowObjectInfo(file), ref sink).Records;
        }
        Console.WriteLine(records);
        return 0;
    }

    private struct Nothing(PortSet ports) : IFlowRecordSink
    {
        public long Starts;
        public readonly PortSet Ports => ports;
        public void Observe(in FlowIdentity identity) => Starts += identity.Start;
        public void ObserveMore(long first, long lines, long start, long end, LogStatus status) => Starts += lines * start;
        public readonly bool Wants(FlowEnd end, IpAddress address, ushort port) => port != 443;
        public void Accept(in FlowRecord record) => Starts++;
    }
}
