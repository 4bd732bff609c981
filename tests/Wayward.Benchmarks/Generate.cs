using System.Globalization;
using System.IO.Compression;
using Wayward.FlowLogs;
using Wayward.Testing;

namespace Wayward.Benchmarks;

internal static class Generate
{
    public static int Run(string folder, string[] options)
    {
        var given = options.Chunk(2).ToDictionary(o => o[0].TrimStart('-'), o => o[1]);
        int objects = Number("objects", 10), lines = Number("lines", 1_000_000), members = Number("members", 1), repeat = Number("repeat", 1), seed = Number("seed", 1);
        string format = given.GetValueOrDefault("format", "v2");
        Directory.CreateDirectory(folder);
        Parallel.For(0, objects, new ParallelOptions { MaxDegreeOfParallelism = 2 }, o =>
        {
            string path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{FleetFlows.Account}_vpcflowlogs_eu-west-1_fl-{seed:x8}_{o:d4}.log.gz"));
            using var file = File.Create(path);
            // Repeating the same text as members of its own makes a large object quickly.
            for (int r = 0; r < repeat; r++)
            {
                for (int m = 0; m < members; m++)
                {
                    using var gzip = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true);
                    Write(gzip, format, lines / members, seed * 1000 + o * 10 + m, 1_768_435_200 + o * 300, header: m == 0 && r == 0);
                }
            }
        });
        return 0;

        int Number(string name, int otherwise) => given.TryGetValue(name, out string? value) ? int.Parse(value, CultureInfo.InvariantCulture) : otherwise;
    }

    public static void Write(Stream stream, string format, int lines, int seed, long start, bool header = true)
    {
        using var writer = new FlowLogTextWriter(stream, format == "v5" ? FleetFlows.CustomColumns : FlowColumns.Default, header);
        foreach (var row in new FleetFlows(seed).Rows(lines, start)) writer.Write(row);
    }
}
