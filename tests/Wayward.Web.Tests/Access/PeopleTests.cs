using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Wayward.Storage.Access;
using Wayward.Storage.Audit;
using Wayward.Web.Access;
using Wayward.Web.Components.People;
using Wayward.Web.Hosting;
using Wayward.Web.Tests.Commands;
using Wayward.Web.Tests.Hosting;

namespace Wayward.Web.Tests.Access;

/// <summary>Who has signed in, and taking access away.</summary>
public sealed class PeopleTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_admin_takes_access_from_a_person_and_gives_it_back_and_not_from_themselves()
    {
        await using var host = await TestHost.StartAsync(null, ("Access:SignIn", "Header"), ("Access:Header:From:0", "127.0.0.1"), ("Access:Grants:Viewer:0", "Bob"), ("Access:Grants:Admin:0", "Ada"));
        Assert.Equal(HttpStatusCode.OK, await AsAsync(host, "Ada"));
        Assert.Equal(HttpStatusCode.OK, await AsAsync(host, "Bob"));
        var users = (await host.Get<IAccessStore>().UsersAsync(Cancellation)).ToDictionary(u => u.Name, u => u.Id);
        await using var scope = host.App.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<SignedInAnalyst>().Become(Principals.Create(HeaderScheme.Name, users["Ada"], "Ada"));
        var people = scope.ServiceProvider.GetRequiredService<PeopleService>();
        Assert.True(await people.SetDisabledAsync(users["Bob"], true));
        Assert.Equal(HttpStatusCode.Forbidden, await AsAsync(host, "Bob"));
        Assert.True(await people.SetDisabledAsync(users["Bob"], false));
        Assert.Equal(HttpStatusCode.OK, await AsAsync(host, "Bob"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => people.SetDisabledAsync(users["Ada"], true));
        Assert.Equal(HttpStatusCode.OK, await AsAsync(host, "Ada"));
        Assert.Equal(["access.enable", "access.disable"], (await host.Get<IAuditStore>().QueryAsync(new AuditFilter { Actor = "Ada" }, 0, 10, Cancellation)).Rows.Select(r => r.Verb));
    }

    [Fact]
    public async Task The_command_lists_people_and_ends_the_session_of_one_whom_a_running_server_serves()
    {
        await using var host = await TestHost.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await host.Client.GetAsync("/api/findings", Cancellation)).StatusCode);
        var list = await CommandRun.Of("access", "list", "--data", host.Data);
        Assert.Matches("^1\tlink\tviewer, analyst, admin, auditor, widen, approve\t.*\tenabled\tTest Analyst", list.Out);
        Assert.Equal(0, (await CommandRun.Of("access", "disable", "1", "--data", host.Data)).ExitCode);
        Assert.Contains("nothing changed", (await CommandRun.Of("access", "disable", "1", "--data", host.Data)).Out, StringComparison.Ordinal);
        // Another process did it: the server asks the store again after at most 30 s.
        host.Get<AccessCache>().Forget(1);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.Client.GetAsync("/api/findings", Cancellation)).StatusCode);
        Assert.Contains("disabled", (await CommandRun.Of("access", "list", "--data", host.Data)).Out, StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode> AsAsync(TestHost host, string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/findings") { Headers = { { "X-Forwarded-User", name } } };
        using var response = await host.Anonymous.SendAsync(request, Cancellation);
        return response.StatusCode;
    }
}
