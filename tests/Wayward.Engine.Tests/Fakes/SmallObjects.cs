using System.Globalization;
using System.IO.Compression;
using System.Text;
using Wayward.FlowLogs;
using Wayward.Testing;

namespace Wayward.Engine.Tests.Fakes;

/// <summary>
/// Many small objects with a known shape: a fleet over twenty days whose objects share hours (so that sums and firsts are at stake), with contacts that become findings.
/// The same seed gives the same bytes.
/// </summary>
public static class SmallObjects
{
    /// <summary>2026-10-01T00:00:00Z</summary>
    public const long Begin = 1_790_812_800;
    private const int Days = 20;
    private static readonly string[] Usual = ["9.9.9.9", "1.1.1.1", "203.0.114.9"];

    /// <summary>Name (with folders) and content of object <paramref name="number"/> of <paramref name="count"/>.</summary>
    public static (string Name, byte[] Content) Make(int number, int count, int seed = 1)
    {
        // One in 97 has the content of an earlier one: it must contribute nothing.
        int content = number % 97 == 96 ? number - 50 : number;
        var random = new Random(HashCode(seed, content));
        long at = Begin + (long)content * Days * 86_400 / count / 600 * 600;
        var text = new StringBuilder(FlowLine.Header(LineFormat.V5)).Append('\n');
        for (int i = 0; i < 12; i++)
        {
            int host = random.Next(6);
            var line = new FlowLine
            {
                Interface = $"eni-{host:x17}", Instance = $"i-{host:x17}", Vpc = "vpc-1", Subnet = $"subnet-{host % 2}", Region = "eu-west-1",
                Source = $"10.0.0.{10 + host}", Destination = Usual[host % Usual.Length], Direction = FlowDirection.Egress,
                SourcePort = 40_000 + random.Next(1_000), Start = at + random.Next(600), Packets = 1 + random.Next(5), Bytes = 60 + random.Next(400), Rejected = random.Next(20) == 0,
            };
            line = line with { End = line.Start + random.Next(60) };
            // After twelve days two hosts stray.
            if (host < 2 && at > Begin + (12 + host) * 86_400L) line = line with { Destination = host == 0 ? "8.8.8.8" : "198.51.101.53" };
            text.Append(line.ToText(LineFormat.V5)).Append('\n');
            if (random.Next(3) > 0) text.Append(line.Reply().ToText(LineFormat.V5)).Append('\n');
            if (random.Next(8) == 0) text.Append((line with { Status = LogStatus.NoData }).ToText(LineFormat.V5)).Append('\n');
        }
        var day = DateTimeOffset.FromUnixTimeSeconds(at).UtcDateTime;
        string name = string.Create(CultureInfo.InvariantCulture, $"AWSLogs/111122223333/vpcflowlogs/eu-west-1/{day:yyyy/MM/dd}/111122223333_vpcflowlogs_eu-west-1_fl-1_{number:00000}.log.gz");
        return (name, Gzip(text.ToString()));
    }

    public static byte[] Gzip(string text)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(Encoding.UTF8.GetBytes(text));
        return buffer.ToArray();
    }

    /// <summary>Writes them under a folder, dated an hour ago so that they count as settled.</summary>
    public static void WriteAll(string root, int count, int seed = 1)
    {
        var old = DateTime.UtcNow.AddHours(-1);
        for (int i = 0; i < count; i++)
        {
            var (name, content) = Make(i, count, seed);
            string path = Path.Combine(root, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, content);
            File.SetLastWriteTimeUtc(path, old);
        }
    }

    /// <summary>Not <see cref="System.HashCode"/>, which differs between runs.</summary>
    private static int HashCode(int a, int b) => unchecked(a * 1_000_003 ^ b * 7_919);
}
