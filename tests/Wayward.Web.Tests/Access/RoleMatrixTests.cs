using System.Net;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.Engine.Triage;
using Wayward.Storage.Access;
using Wayward.Storage.Audit;
using Wayward.Storage.Ingest;
using Wayward.Testing;
using Wayward.Web.Access;
using Wayward.Web.Components.Audit;
using Wayward.Web.Components.Ingest;
using Wayward.Web.Components.People;
using Wayward.Web.Hosting;
using Wayward.Web.Tests.Hosting;

namespace Wayward.Web.Tests.Access;

/// <summary>Every page, endpoint and command against every role: what the table in docs/security.md says is what the program does.</summary>
public sealed class RoleMatrixTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static readonly (string Name, Roles Roles)[] Columns =
    [
        ("no role", Roles.None), ("viewer", Roles.Viewer), ("analyst", Roles.Analyst), ("analyst + widen", Roles.Analyst | Roles.Widen), ("admin", Roles.Admin), ("auditor", Roles.Auditor),
    ];

    /// <summary>Routes and what each needs; null = anyone. A route that is not here fails the test.</summary>
    private static readonly Dictionary<string, Permission?> Routes = new(StringComparer.Ordinal)
    {
        ["/"] = Permission.Read, ["/findings"] = Permission.Read, ["/findings/{Id}"] = Permission.Read, ["/instances"] = Permission.Read, ["/instances/{Id}"] = Permission.Read,
        ["/comparison"] = Permission.Read, ["/destinations"] = Permission.Read, ["/destinations/{Address}"] = Permission.Read, ["/expected"] = Permission.Read, ["/learned"] = Permission.Read, ["/ingest"] = Permission.Read, ["/settings"] = Permission.Read,
        ["/incidents"] = Permission.Read, ["/incidents/{Id:int}"] = Permission.Read, ["/not-found"] = Permission.Read, ["/people"] = Permission.ManageAccess, ["/audit"] = Permission.ReadAudit, ["/audit/export.csv"] = Permission.ReadAudit, ["/audit/export.ndjson"] = Permission.ReadAudit,
        ["/api/findings"] = Permission.Read, ["/api/findings/{id}"] = Permission.Read, ["/api/learned"] = Permission.Read, ["/api/{**path}"] = Permission.Read,
        ["/sign-out"] = Permission.Read, ["/{**path:file}"] = Permission.Read, ["/health/live"] = null, ["/health/ready"] = null,
    };

    /// <summary>Patterns of routes whose names come from lists of formats.</summary>
    private static Permission? Needed(string route) =>
        route.Contains("/report.", StringComparison.Ordinal) || route.StartsWith("/exports/", StringComparison.Ordinal) ? Permission.Export
        : Routes.TryGetValue(route, out var needed) ? needed
        : throw new Xunit.Sdk.XunitException($"{route} has no row: add it to Routes with the permission that it needs");

    /// <summary>Commands by class and method, with all that each needs.</summary>
    private static readonly (string Name, Permission[] Needs, Func<IServiceProvider, Task> Call)[] Commands =
    [
        ("acknowledge a finding", [Permission.Decide], p => Triage(p).AcknowledgeAsync(Some, "", Cancellation)),
        ("close a finding", [Permission.Decide], p => Triage(p).CloseAsync(Some, Resolution.TruePositive, "", Cancellation)),
        ("reopen a finding", [Permission.Decide], p => Triage(p).ReopenAsync(Some, "", Cancellation)),
        ("assign a finding", [Permission.Decide], p => Triage(p).AssignAsync(Some, "x", Cancellation)),
        ("comment on a finding", [Permission.Decide], p => Triage(p).CommentAsync("none", "x", Cancellation)),
        ("undo", [Permission.Decide], p => Triage(p).UndoAsync(1_000_000, Cancellation)),
        ("allow a target for one instance", [Permission.Expect], p => Triage(p).ExpectAsync(Rule(ExpectedAction.Expected, "i-0a"), null, Cancellation)),
        ("allow a target for more", [Permission.Expect, Permission.Widen], p => Triage(p).ExpectAsync(Rule(ExpectedAction.Expected, "i-0a", "i-0b"), null, Cancellation)),
        ("forbid a target", [Permission.Expect], p => Triage(p).ExpectAsync(Rule(ExpectedAction.Forbid, "i-0a", "i-0b"), null, Cancellation)),
        ("change rules by a file, for one instance", [Permission.Expect], p => Triage(p).ChangeRulesAsync(new([Rule(ExpectedAction.Expected, "i-0a")], [], "expected.import", "x"), Cancellation)),
        ("change rules by a file, for more", [Permission.Expect, Permission.Widen], p => Triage(p).ChangeRulesAsync(new([Rule(ExpectedAction.Expected, "i-0a", "i-0b")], [], "expected.import", "x"), Cancellation)),
        ("withdraw a rule", [Permission.Expect], p => Triage(p).DeleteExpectedAsync(1_000_000, "x", Cancellation)),
        ("make an incident", [Permission.Decide], p => Incidents(p).CreateAsync("x", ["none"], Cancellation)),
        ("edit an incident", [Permission.Decide], p => Incidents(p).EditAsync(1_000_000, 1, new() { Title = "x" }, Cancellation)),
        ("attach findings to an incident", [Permission.Decide], p => Incidents(p).AttachAsync(1_000_000, ["none"], Cancellation)),
        ("detach findings from an incident", [Permission.Decide], p => Incidents(p).DetachAsync(1_000_000, ["none"], Cancellation)),
        ("add a task", [Permission.Decide], p => Incidents(p).AddTaskAsync(1_000_000, "x", Cancellation)),
        ("tick a task off", [Permission.Decide], p => Incidents(p).TickTaskAsync(1_000_000, true, Cancellation)),
        ("remove a task", [Permission.Decide], p => Incidents(p).RemoveTaskAsync(1_000_000, Cancellation)),
        ("scan the sources now", [Permission.Operate], p => Ingest(p).ScanNowAsync()),
        ("retry an object", [Permission.Operate], p => Ingest(p).RetryAsync(1_000_000)),
        ("skip an object", [Permission.Operate], p => Ingest(p).SkipAsync(1_000_000)),
        ("pause or resume a source", [Permission.Operate], p => Ingest(p).PauseAsync("none", true)),
        ("ask for a dry run", [Permission.Operate], p => Ingest(p).RequestDryRunAsync(new("none", null, null, "", false))),
        ("start or end a backfill", [Permission.Operate], p => Ingest(p).ApplyAsync(1_000_000, BackfillVerb.Cancel)),
        ("list the people", [Permission.ManageAccess], p => p.GetRequiredService<PeopleService>().ReadAsync(Cancellation)),
        ("take access away or give it back", [Permission.ManageAccess], p => p.GetRequiredService<PeopleService>().SetDisabledAsync(1_000_000, true)),
        ("read the audit log", [Permission.ReadAudit], p => p.GetRequiredService<AuditService>().ReadAsync(new(), 1, Cancellation)),
    ];

    private static FindingRefs Some => FindingRefs.One("none", 1);
    private static GuardedTriage Triage(IServiceProvider services) => services.GetRequiredService<GuardedTriage>();
    private static GuardedIncidents Incidents(IServiceProvider services) => services.GetRequiredService<GuardedIncidents>();
    private static IngestService Ingest(IServiceProvider services) => services.GetRequiredService<IngestService>();

    private static ExpectedTarget Rule(ExpectedAction action, params string[] instances) =>
        new() { Action = action, Reason = "", Scope = new() { Instances = instances }, Providers = ["x"], Transports = [DnsTransport.Dns] };

    [Fact]
    public async Task Every_route_answers_each_role_as_the_table_says()
    {
        await using var host = await StartAsync();
        var routes = Patterns(host);
        foreach (string route in routes)
        {
            var needed = Needed(route);
            foreach (var (name, roles) in Columns)
            {
                using var request = new HttpRequestMessage(route == "/sign-out" ? HttpMethod.Post : HttpMethod.Get, PathOf(route));
                request.Headers.Add("X-Forwarded-User", name);
                request.Headers.Add("Origin", host.Url.GetLeftPart(UriPartial.Authority));
                using var response = await host.Anonymous.SendAsync(request, Cancellation);
                string text = await response.Content.ReadAsStringAsync(Cancellation);
                bool refused = response.StatusCode == HttpStatusCode.Forbidden || (needed is { } asked && text.Contains($"No access.</span> {Permissions.Refusal(asked)}", StringComparison.Ordinal));
                Assert.True(refused == (needed is { } permission && !roles.May(permission)), $"{route} as {name}: {(int)response.StatusCode}");
            }
        }
    }

    [Fact]
    public async Task Every_command_answers_each_role_as_the_table_says_and_denials_are_audited()
    {
        await using var host = await StartAsync();
        var users = await KnownAsync(host);
        foreach (var (command, needs, call) in Commands)
        {
            foreach (var (name, roles) in Columns)
            {
                await using var scope = host.App.Services.CreateAsyncScope();
                scope.ServiceProvider.GetRequiredService<SignedInAnalyst>().Become(Principals.Create(HeaderScheme.Name, users[name], name));
                var failure = await Record.ExceptionAsync(() => call(scope.ServiceProvider));
                Assert.True(failure is AccessDeniedException == !needs.All(p => roles.May(p)), $"{command} as {name}: {failure?.GetType().Name ?? "done"}");
            }
        }
        var denied = (await host.Get<IAuditStore>().QueryAsync(new AuditFilter { Verb = "access.denied", Actor = "auditor" }, 0, 100, Cancellation)).Rows;
        Assert.Contains(denied, d => d.Subject == nameof(Permission.Decide));
        Assert.Contains(denied, d => d.Subject == nameof(Permission.Operate));
    }

    [Fact]
    public async Task The_table_of_the_documentation_is_this_one()
    {
        await using var host = await StartAsync();
        string[] head = [$"| | {string.Join(" | ", Columns.Select(c => c.Name))} |", $"| --- |{string.Concat(Columns.Select(_ => " --- |"))}"];
        string[] rows = [.. Patterns(host).Select(r => Row($"`{r}`", Needed(r) is { } p ? [p] : [])), .. Commands.Select(c => Row(c.Name, c.Needs))];
        string expected = string.Join('\n', head.Concat(rows)) + "\n";
        string page = await File.ReadAllTextAsync(Path.Combine(Places.Repository, "docs", "security.md"), Cancellation);
        Assert.True(page.Contains(expected, StringComparison.Ordinal), "docs/security.md should have:\n" + expected);

        static string Row(string what, Permission[] needs) => $"| {what} | {string.Join(" | ", Columns.Select(c => needs.All(p => c.Roles.May(p)) ? "yes" : "no"))} |";
    }

    [Fact]
    public void The_services_that_change_something_have_no_command_without_a_row()
    {
        string[] known = ["AcknowledgeAsync", "CloseAsync", "ReopenAsync", "AssignAsync", "CommentAsync", "UndoAsync", "ExpectAsync", "DeleteExpectedAsync", "ChangeRulesAsync", "ScanNowAsync", "RetryAsync", "SkipAsync", "PauseAsync", "RequestDryRunAsync", "ApplyAsync", "ReadAsync", "CreateAsync", "EditAsync", "AttachAsync", "DetachAsync", "AddTaskAsync", "TickTaskAsync", "RemoveTaskAsync", "SetDisabledAsync"];
        foreach (var type in new[] { typeof(GuardedTriage), typeof(GuardedIncidents), typeof(IngestService), typeof(AuditService), typeof(PeopleService) })
            Assert.All(type.GetMethods().Where(m => m.DeclaringType == type && !m.IsStatic && m.ReturnType.IsAssignableTo(typeof(Task))), m => Assert.Contains(m.Name, known));
    }

    private static async Task<TestHost> StartAsync()
    {
        List<(string, string)> settings = [("Access:SignIn", "Header"), ("Access:Header:From:0", "127.0.0.1")];
        foreach (var role in new[] { Roles.Viewer, Roles.Analyst, Roles.Admin, Roles.Auditor, Roles.Widen })
        {
            int i = 0;
            foreach (var column in Columns.Where(c => (c.Roles & role) != 0)) settings.Add(($"Access:Grants:{role}:{i++}", column.Name));
        }
        return await TestHost.StartAsync(null, [.. settings]);
    }

    /// <summary>The number of each column's person, whom the proxy has named once.</summary>
    private static async Task<Dictionary<string, int>> KnownAsync(TestHost host)
    {
        foreach (var (name, _) in Columns)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/findings") { Headers = { { "X-Forwarded-User", name } } };
            (await host.Anonymous.SendAsync(request, Cancellation)).Dispose();
        }
        return (await host.Get<IAccessStore>().UsersAsync(Cancellation)).ToDictionary(u => u.Name, u => u.Id);
    }

    /// <summary>All routes but those of static files and of the framework's hub, which need a signed-in person with a role like every other.</summary>
    private static List<string> Patterns(TestHost host) =>
        [.. host.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => !e.Metadata.Any(m => m.GetType().Name.Contains("StaticAsset", StringComparison.Ordinal)))
            .Select(e => "/" + (e.RoutePattern.RawText ?? "").TrimStart('/'))
            .Where(r => !r.StartsWith("/_", StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal)];

    private static string PathOf(string route) => System.Text.RegularExpressions.Regex.Replace(route, @"\{[^}]*\}", m => m.Value.EndsWith(":int}", StringComparison.Ordinal) ? "1" : "x");
}
