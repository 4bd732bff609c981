using System.Text.Json;
using Wayward.Testing;
using Wayward.Web.Commands;

namespace Wayward.Web.Tests.Acceptance;

/// <summary>Names made to break readers go through the whole program as plain text.</summary>
public sealed class HostileNamesTests
{
    [Fact]
    public async Task A_scan_gives_one_finding_for_each_hostile_name_and_valid_JSON()
    {
        using var folder = new TemporaryFolder();
        var log = HostileNames.FlowLog();
        string file = folder.Write("flows.log", log.Text);
        var (exit, json, text, _) = await ScanCli.ScanJsonAsync(file, "--set", "Detection:Stories=false");
        using (json)
        {
            Assert.Equal(ExitCode.Found, exit);
            Assert.Equal(log.Quarantined, json.RootElement.GetProperty("input").GetProperty("quarantinedCount").GetInt64());
            var findings = json.RootElement.GetProperty("findings").EnumerateArray().ToList();
            // One apiece, and one about all of them together: so many instances that begin the same target at once are a fleet's switch.
            Assert.Single(findings, f => f.GetProperty("type").GetString()!.EndsWith("/FleetSwitch", StringComparison.Ordinal));
            Assert.Equal(log.Instances, findings.Where(f => !f.GetProperty("type").GetString()!.EndsWith("/FleetSwitch", StringComparison.Ordinal)).Select(f => f.GetProperty("subject").GetString()).Order(StringComparer.Ordinal));
            // Control characters never reach the file raw: whoever prints it to a terminal is safe.
            Assert.DoesNotContain('\u001b', text);
            Assert.DoesNotContain('\u202e', text);
            Assert.DoesNotContain("<script", text, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory]
    [InlineData("table")]
    [InlineData("csv")]
    public async Task What_is_printed_for_people_and_spreadsheets_holds_no_control_character_and_no_formula(string format)
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("flows.log", HostileNames.FlowLog().Text);
        var (exit, output, error) = await ScanCli.RunAsync("scan", file, "--format", format);
        Assert.Equal(ExitCode.Found, exit);
        Assert.DoesNotContain(output + error, c => char.IsControl(c) && c is not ('\n' or '\r'));
        Assert.DoesNotContain(output, c => c is '\u202e' or '\u2066' or '\u200b' or '\ufeff');
        if (format != "csv") return;
        foreach (string line in output.Split('\n'))
            Assert.DoesNotMatch(@"(^|,)""?[=+@\t\r]", line);
    }
}
