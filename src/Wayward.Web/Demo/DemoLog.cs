using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Wayward.Web.Demo;

/// <summary>One flow-log object of the demo.</summary>
/// <param name="Key">S3 key in AWS's plain layout, with forward slashes.</param>
/// <param name="Text">Header and lines, ASCII.</param>
/// <param name="Modified">When the object was delivered, Unix seconds.</param>
internal sealed record DemoObject(string Key, byte[] Text, long Lines, long Modified);

/// <summary>
/// Turns the fleet's sixty days into flow-log objects: one per account and six hours, where AWS would write one per five minutes.
/// </summary>
internal static class DemoLog
{
    private const int HoursPerObject = 6;

    /// <summary>How many objects there will be.</summary>
    public static int Count => Slots().Count();

    /// <summary>The objects, oldest first. The same bytes in every run.</summary>
    public static IEnumerable<DemoObject> Objects()
    {
        var text = new StringBuilder(1 << 20);
        foreach (var (accountId, from) in Slots())
        {
            text.Clear().Append(DemoHour.Header).Append('\n');
            var output = new DemoHour(text);
            var machines = DemoFleet.Machines.Where(m => m.Network.AccountId == accountId).ToList();
            for (long hour = from; hour < from + HoursPerObject * DemoTime.Hour; hour += DemoTime.Hour)
                foreach (var machine in machines)
                    WriteHour(machine, hour, output);
            var network = machines[0].Network;
            byte[] bytes = Encoding.ASCII.GetBytes(text.ToString());
            yield return new(Key(network, from + HoursPerObject * DemoTime.Hour - 300, bytes), bytes, output.Lines, from + HoursPerObject * DemoTime.Hour + 420);
        }
    }

    /// <summary>Writes every object, gzipped, under <paramref name="folder"/>; the file times are the delivery times.</summary>
    /// <param name="progress">Called with the number of objects written.</param>
    public static void WriteTo(string folder, Action<int> progress, CancellationToken cancellation = default)
    {
        int done = 0;
        foreach (var item in Objects())
        {
            cancellation.ThrowIfCancellationRequested();
            string path = Path.Combine(folder, item.Key.Replace('/', Path.DirectorySeparatorChar));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using (var gzip = new GZipStream(File.Create(path), CompressionLevel.Fastest)) gzip.Write(item.Text);
            File.SetLastWriteTimeUtc(path, DateTimeOffset.FromUnixTimeSeconds(item.Modified).UtcDateTime);
            progress(++done);
        }
    }

    private static IEnumerable<(string AccountId, long From)> Slots()
    {
        string[] accounts = [.. DemoFleet.Machines.Select(m => m.Network.AccountId).Distinct()];
        for (long from = DemoTime.Start; from < DemoTime.End; from += HoursPerObject * DemoTime.Hour)
            foreach (string accountId in accounts)
                if (!DemoFleet.Outages.Any(o => o.AccountId == accountId && from >= o.From && from < o.To))
                    yield return (accountId, from);
    }

    private static void WriteHour(DemoMachine machine, long hour, DemoHour output)
    {
        if (machine.Gone <= hour || machine.Born >= hour + DemoTime.Hour) return;
        output.Begin(machine, hour);
        foreach (var habit in machine.Habits)
        {
            if (habit.From >= hour + DemoTime.Hour || habit.To <= hour) continue;
            output.Within(habit.From, habit.To);
            habit.Write(machine, hour, output);
        }
    }

    private static string Key(DemoNetwork network, long slot, byte[] text)
    {
        var time = DateTimeOffset.FromUnixTimeSeconds(slot);
        string hash = Convert.ToHexStringLower(SHA256.HashData(text))[..8];
        return string.Create(CultureInfo.InvariantCulture,
            $"AWSLogs/{network.AccountId}/vpcflowlogs/{network.Region}/{time:yyyy}/{time:MM}/{time:dd}/{network.AccountId}_vpcflowlogs_{network.Region}_{network.FlowLogId}_{time:yyyyMMdd'T'HHmm'Z'}_{hash}.log.gz");
    }
}
