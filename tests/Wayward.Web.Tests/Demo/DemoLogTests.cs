using System.Globalization;
using System.Text;
using Wayward.Web.Demo;

namespace Wayward.Web.Tests.Demo;

public sealed class DemoLogTests
{
    [Fact]
    public void The_log_is_the_same_bytes_every_time()
    {
        var first = DemoLog.Objects().Take(9).ToList();
        var second = DemoLog.Objects().Take(9).ToList();
        Assert.Equal(first.Select(o => o.Key), second.Select(o => o.Key));
        Assert.All(first.Zip(second), pair => Assert.Equal(pair.First.Text, pair.Second.Text));
    }

    [Fact]
    public void Every_line_has_every_column_and_lies_inside_its_object_and_its_machine_s_life()
    {
        var machines = DemoFleet.Machines.ToDictionary(m => m.InterfaceId);
        string[] columns = DemoHour.Header.Split(' ');
        int start = Array.IndexOf(columns, "start"), end = Array.IndexOf(columns, "end"), eni = Array.IndexOf(columns, "interface-id");
        long lines = 0;
        foreach (var item in DemoLog.Objects())
        {
            string[] rows = Encoding.ASCII.GetString(item.Text).TrimEnd('\n').Split('\n');
            Assert.Equal(DemoHour.Header, rows[0]);
            Assert.Equal(item.Lines, rows.Length - 1);
            lines += item.Lines;
            foreach (string row in rows.Skip(1))
            {
                string[] fields = row.Split(' ');
                Assert.Equal(columns.Length, fields.Length);
                long from = long.Parse(fields[start], CultureInfo.InvariantCulture), to = long.Parse(fields[end], CultureInfo.InvariantCulture);
                var machine = machines[fields[eni]];
                Assert.InRange(from, machine.Born, machine.Gone);
                Assert.InRange(to, from, item.Modified);
                Assert.True(to - from <= 600);
            }
        }
        Assert.InRange(lines, 100_000, 400_000);
    }

    [Fact]
    public void The_fleet_is_about_forty_instances_in_three_accounts_with_distinct_addresses()
    {
        var instances = DemoFleet.Machines.Where(m => m.InstanceId is not null).ToList();
        Assert.InRange(instances.Count, 38, 44);
        Assert.Equal(3, instances.Select(m => m.Network.AccountId).Distinct().Count());
        Assert.Equal(DemoFleet.Machines.Count, DemoFleet.Machines.Select(m => m.Address).Distinct().Count());
        Assert.Equal(DemoFleet.Machines.Count, DemoFleet.Machines.Select(m => m.InterfaceId).Distinct().Count());
    }

    [Fact]
    public void Objects_are_written_gzipped_in_the_S3_layout_with_their_delivery_time()
    {
        string folder = Directory.CreateTempSubdirectory("wayward-demo-test-").FullName;
        try
        {
            var steps = new List<int>();
            var clock = System.Diagnostics.Stopwatch.StartNew();
            DemoLog.WriteTo(folder, steps.Add, TestContext.Current.CancellationToken);
            TestContext.Current.TestOutputHelper?.WriteLine($"written in {clock.ElapsedMilliseconds} ms");
            Assert.Equal(Enumerable.Range(1, DemoLog.Count), steps);
            string[] files = Directory.GetFiles(folder, "*.log.gz", SearchOption.AllDirectories);
            Assert.Equal(DemoLog.Count, files.Length);
            TestContext.Current.TestOutputHelper?.WriteLine($"{files.Sum(f => new FileInfo(f).Length):N0} bytes in {files.Length} objects");
            Assert.All(files, file => Assert.Matches(@"AWSLogs/\d{12}/vpcflowlogs/[a-z0-9-]+/2026/0[345]/\d\d/\d{12}_vpcflowlogs_[a-z0-9-]+_fl-[0-9a-f]{17}_2026\d{4}T\d{4}Z_[0-9a-f]{8}\.log\.gz$", file.Replace('\\', '/')));
            Assert.All(files, file => Assert.InRange(File.GetLastWriteTimeUtc(file), DateTimeOffset.FromUnixTimeSeconds(DemoTime.Start).UtcDateTime, DateTimeOffset.FromUnixTimeSeconds(DemoTime.End + 3_600).UtcDateTime));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
