using System.Text.RegularExpressions;

namespace Wayward.Web.Tests.Deployment;

/// <summary>The compose file's profile <c>scale</c>: what belongs together names each other, and the program accepts what it is given there.</summary>
public sealed partial class ScaleProfileTests
{
    [Fact]
    public void It_has_two_ingest_and_two_web_processes_a_database_a_queue_and_a_sticky_proxy()
    {
        foreach (string name in new[] { "ingest-1", "ingest-2", "web-1", "web-2", "proxy", "postgres", "localstack", "notifications" })
            Assert.Equal("scale", Assert.Single((List<object>)ComposeFile.Service(name)["profiles"]));
        foreach (string name in new[] { "ingest-1", "ingest-2" }) Assert.Equal("ingest", ComposeFile.Command(name)[2]);
        foreach (string name in new[] { "web-1", "web-2" }) Assert.Equal("web", ComposeFile.Command(name)[2]);
        // Each ingest process has its own folder; both web processes seal their cookies with the same keys.
        Assert.NotEqual(((List<object>)ComposeFile.Service("ingest-1")["volumes"])[0], ((List<object>)ComposeFile.Service("ingest-2")["volumes"])[0]);
        Assert.Equal(((List<object>)ComposeFile.Service("web-1")["volumes"])[0], ((List<object>)ComposeFile.Service("web-2")["volumes"])[0]);

        string proxy = (string)((Dictionary<object, object>)((Dictionary<object, object>)ComposeFile.All["configs"])["proxy"])["content"];
        Assert.Contains("cookie WAYWARD insert", proxy, StringComparison.Ordinal);
        Assert.Equal(["web-1", "web-2"], Server().Matches(proxy).Select(m => m.Groups["host"].Value));
        Assert.All(Server().Matches(proxy), m => Assert.Equal("5080", m.Groups["port"].Value));
        // A process that cannot work serves the page that says why.
        Assert.Contains("uri /health/live ", proxy, StringComparison.Ordinal);
        Assert.DoesNotContain("/health/ready hdr", proxy, StringComparison.Ordinal);
        // A container that is made anew has another address.
        Assert.Matches(@"resolvers (?<name>\w+)\n\s+nameserver \w+ 127\.0\.0\.11:53[\s\S]+default-server resolvers \k<name> init-addr none", proxy);
    }

    [Fact]
    public void The_database_and_the_queue_are_those_that_the_processes_are_told_of()
    {
        var postgres = ComposeFile.Environment("postgres");
        foreach (string name in new[] { "ingest-1", "ingest-2", "web-1", "web-2" })
        {
            var connection = new Npgsql.NpgsqlConnectionStringBuilder(ComposeFile.Environment(name)["Storage__ConnectionString"]);
            Assert.Equal(("postgres", postgres["POSTGRES_DB"], postgres["POSTGRES_USER"], postgres["POSTGRES_PASSWORD"]), (connection.Host, connection.Database, connection.Username, connection.Password));
            Assert.True(((Dictionary<object, object>)ComposeFile.Service(name)["depends_on"]).ContainsKey("postgres"));
        }
        string script = ComposeFile.Command("notifications")[0];
        Assert.Contains("--queue-name flow-logs", script, StringComparison.Ordinal);
        Assert.EndsWith("/flow-logs", ComposeFile.Environment("ingest-1")["Ingest__Sources__0__QueueUrl"], StringComparison.Ordinal);
        Assert.Equal("s3://flow-logs/", ComposeFile.Environment("ingest-1")["Ingest__Sources__1__Path"]);
    }

    [Theory]
    [InlineData("ingest-1")]
    [InlineData("web-2")]
    public async Task The_program_accepts_the_command_and_the_settings(string name)
    {
        // The one thing wrong is an address, so the one complaint is about it.
        string[] settings = [.. ComposeFile.Environment(name).Where(e => e.Key.Contains("__", StringComparison.Ordinal)).Select(e => $"--{e.Key.Replace("__", ":", StringComparison.Ordinal)}={e.Value}")];
        string[] command = [.. ComposeFile.Command(name).Where(a => a != "--allow-remote")];
        var run = await Commands.CommandRun.Of([.. command, .. settings]);
        Assert.Equal(2, run.ExitCode);
        string complaint = Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries), l => l.StartsWith("wayward: ", StringComparison.Ordinal));
        Assert.Contains("--allow-remote", complaint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("web")]
    [InlineData("ingest")]
    public async Task A_role_of_its_own_is_refused_on_SQLite(string role)
    {
        var run = await Commands.CommandRun.Of("serve", "--role", role);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--role", run.Error, StringComparison.Ordinal);
        Assert.Contains("Storage:Provider=PostgreSql", run.Error, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"server (?<name>\S+) (?<host>\S+):(?<port>\d+) check cookie \k<name>")]
    private static partial Regex Server();
}
