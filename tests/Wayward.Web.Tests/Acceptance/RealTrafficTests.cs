using System.Globalization;
using System.Text.Json;
using Wayward.Testing;
using Wayward.Web.Commands;

namespace Wayward.Web.Tests.Acceptance;

/// <summary>Real recordings with known contents.</summary>
public sealed class RealTrafficTests
{
    private const string Interface = "eni-02b1af80297230574";

    [Theory]
    [InlineData]
    [InlineData("--set", "Detection:Learning=1.00:00:00")]
    public async Task Three_days_of_a_web_server_hold_two_resolvers_and_no_finding(params string[] more)
    {
        string folder = SharedTraffic("a-web-3days");
        var (exit, json, _, error) = await ScanCli.ScanJsonAsync([Path.Combine(folder, "flows.log.gz"), .. more]);
        using (json)
        {
            Assert.Equal(ExitCode.Success, exit);
            Assert.Equal("", error);
            var root = json.RootElement;
            Assert.Equal("wayward.scan/1", root.GetProperty("schema").GetString());
            Assert.Equal(226_566, root.GetProperty("input").GetProperty("records").GetInt64());
            Assert.Equal(0, root.GetProperty("input").GetProperty("quarantinedCount").GetInt64());
            Assert.Empty(root.GetProperty("findings").EnumerateArray());

            var contacts = root.GetProperty("contacts").EnumerateArray().ToList();
            Assert.Equal(["67.207.67.2", "67.207.67.3"], contacts.Select(c => c.GetProperty("address").GetString()));
            using var expected = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "expected.json"), TestContext.Current.CancellationToken));
            var truth = expected.RootElement.GetProperty("hosts").EnumerateObject().Single().Value.GetProperty("out");
            foreach (var contact in contacts)
            {
                Assert.Equal(Interface, contact.GetProperty("instance").GetString());
                Assert.Equal("DNS", contact.GetProperty("transport").GetString());
                Assert.Equal(17, contact.GetProperty("protocol").GetInt32());
                Assert.Equal(53, contact.GetProperty("port").GetInt32());
                Assert.True(contact.GetProperty("answered").GetBoolean());
                var known = truth.GetProperty($"dns {contact.GetProperty("address").GetString()} udp/53");
                Within(60, known.GetProperty("first").GetDouble(), contact.GetProperty("first"));
                Within(60, known.GetProperty("last").GetDouble(), contact.GetProperty("last"));
            }
        }
    }

    [Fact]
    public async Task Twelve_objects_give_the_same_in_any_order_and_repeated()
    {
        string folder = SharedTraffic("g-s3-layout");
        string[] files = [.. Directory.GetFiles(folder, "*.log.gz", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        Assert.Equal(12, files.Length);
        var (_, forwards, text, _) = await ScanCli.ScanJsonAsync(files);
        using (forwards)
        {
            Assert.Equal(12, forwards.RootElement.GetProperty("input").GetProperty("objects").GetInt32());
            Assert.Equal(2, forwards.RootElement.GetProperty("contacts").GetArrayLength());
            Assert.Empty(forwards.RootElement.GetProperty("findings").EnumerateArray());
        }

        const int seed = 20240420;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        string[] shuffled = [.. files];
        random.Shuffle(shuffled);
        foreach (string[] order in new[] { [.. files.Reverse()], shuffled })
            Assert.Equal(text, (await ScanCli.ScanJsonAsync(order)).Text);

        // The same paths again, the folder besides its files, copies under other names: the same content contributes nothing more, and only their number is told.
        using var copies = new TemporaryFolder();
        foreach (string file in files) File.Copy(file, copies.Combine("again-" + Path.GetFileName(file)));
        foreach (string[] repeated in new string[][] { [.. shuffled, .. files], [folder, .. shuffled], [copies.FullName, .. files] })
        {
            var (_, json, again, _) = await ScanCli.ScanJsonAsync(repeated);
            using (json) Assert.Equal(12, json.RootElement.GetProperty("input").GetProperty("duplicates").GetInt64());
            Assert.Equal(text, again.Replace("\"duplicates\": 12", "\"duplicates\": 0", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Every_sample_of_other_programs_is_read_or_refused_with_file_line_and_reason()
    {
        Assert.SkipUnless(Places.SharedData is not null, Places.NoSharedData);
        string[] files = [.. Directory.GetFiles(Path.Combine(Places.SharedData, "flowlogs"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        Assert.NotEmpty(files);
        foreach (string file in files)
        {
            var (exit, json, _, error) = await ScanCli.ScanJsonAsync(file);
            using (json)
            {
                var input = json.RootElement.GetProperty("input");
                long records = input.GetProperty("records").GetInt64();
                var quarantined = input.GetProperty("quarantined").EnumerateArray().ToList();
                TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{Path.GetRelativePath(Places.SharedData, file)}: exit {exit}, {records} records, {input.GetProperty("quarantinedCount").GetInt64()} quarantined, first: {(quarantined.Count > 0 ? quarantined[0].GetRawText() : "-")}"));
                Assert.True(exit is ExitCode.Success or ExitCode.Found or ExitCode.Input, $"{file}: exit {exit}: {error}");
                // A file of transit-gateway records holds nothing to read: they are counted as skipped.
                bool skipped = input.GetProperty("skipped").EnumerateObject().Any(s => s.Value.GetInt64() > 0);
                Assert.True(records > 0 || skipped || quarantined.Count > 0, $"{file} was neither read nor refused");
                Assert.All(quarantined, q =>
                {
                    Assert.EndsWith(Path.GetFileName(file), q.GetProperty("file").GetString(), StringComparison.Ordinal);
                    Assert.NotEqual("", q.GetProperty("reason").GetString());
                });
            }
        }
    }

    private static string SharedTraffic(string name)
    {
        Assert.SkipUnless(Places.SharedData is not null, Places.NoSharedData);
        return Path.Combine(Places.SharedData, "traffic", name);
    }

    private static void Within(double seconds, double expected, JsonElement actual)
    {
        double found = actual.GetDateTimeOffset().ToUnixTimeMilliseconds() / 1_000.0;
        Assert.InRange(found, expected - seconds, expected + seconds);
    }
}
