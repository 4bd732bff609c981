using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;
using Wayward.Testing;
using Wayward.Web.Components.Destinations;
using Wayward.Web.Components.Frame;
using Wayward.Web.Components.Instances;

namespace Wayward.Web.Tests.Hosting;

/// <summary>Logs that name interfaces only, and an inventory that says which instance they belong to: whatever shows an instance reads the same history as its findings.</summary>
public sealed class InventoryHistoryTests : IAsyncLifetime
{
    private const string Instance = "i-0abc";
    private static readonly long Start = DateTimeOffset.UtcNow.AddDays(-31).ToUnixTimeSeconds() / UnixTime.DaySeconds * UnixTime.DaySeconds;
    private readonly TemporaryFolder _folder = new();
    private TestHost _host = null!;
    private string _finding = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The interface asks Quad9 every hour for 30 days, and Google once on day 25.</summary>
    private static string Log()
    {
        var text = new StringBuilder("version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n");
        for (int hour = 0; hour < 30 * 24; hour++) Line("9.9.9.9", Start + hour * 3_600);
        Line("8.8.8.8", Start + 25 * 86_400);
        return text.ToString();

        void Line(string remote, long at)
        {
            text.Append(CultureInfo.InvariantCulture, $"2 111122223333 eni-a 10.0.0.1 {remote} 40000 53 17 1 70 {at} {at + 30} ACCEPT OK\n");
            text.Append(CultureInfo.InvariantCulture, $"2 111122223333 eni-a {remote} 10.0.0.1 53 40000 17 1 170 {at} {at + 30} ACCEPT OK\n");
        }
    }

    public async ValueTask InitializeAsync()
    {
        string inventory = _folder.Write("inventory.csv", $"interface,instance,asg,name\neni-a,{Instance},web,web one\n");
        _host = await TestHost.StartAsync(source => File.WriteAllText(Path.Combine(source, "flows.log"), Log()), ("Inventory:Files:0", inventory));
        _finding = Assert.Single(await _host.FindingsAsync(1)).Id;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_page_that_a_finding_links_to_shows_the_instances_timeline()
    {
        var view = (await _host.Get<InstanceService>().FindAsync(Instance, new TimelineSpan(), Cancellation))!;
        Assert.Equal((Instance, "web one", "web", 2), (view.Row.Id, view.Row.Name, view.Row.Asg, view.Row.Destinations));
        Assert.Equal((Start, 1), (view.Row.ObservedSince, view.Row.OpenFindings));
        Assert.Equal(_finding, Assert.Single(view.Findings).Id);
        Assert.Equal(["8.8.8.8", "9.9.9.9"], view.Timeline!.Timeline.Lanes.Select(l => l.Destination.Address.ToString()).Order());
        using var page = await _host.Client.GetAsync("/instances/" + Instance, Cancellation);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("web one", await page.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interface_of_the_instance_leads_to_it()
    {
        var view = (await _host.Get<InstanceService>().FindAsync("eni-a", new TimelineSpan(), Cancellation))!;
        Assert.Equal(Instance, view.Row.Id);
        Assert.NotNull(view.Timeline);
        Assert.Null(await _host.Get<InstanceService>().FindAsync("eni-unknown", new TimelineSpan(), Cancellation));
    }

    [Fact]
    public async Task The_report_has_the_timeline()
    {
        using var json = JsonDocument.Parse(await _host.Client.GetStringAsync($"/findings/{_finding}/report.json", Cancellation));
        Assert.Equal(JsonValueKind.Object, json.RootElement.GetProperty("timeline").ValueKind);
    }

    [Fact]
    public async Task Destination_search_and_raw_records_name_the_instance()
    {
        var users = (await _host.Get<DestinationService>().FindAsync("8.8.8.8", Cancellation))!.Users;
        Assert.Equal(Instance, Assert.Single(users).InstanceId);
        using var scope = _host.App.Services.CreateScope();
        Assert.Contains(await scope.ServiceProvider.GetRequiredService<SearchService>().FindAsync(Instance, Cancellation), hit => hit.Kind == "Instances" && hit.Title == Instance);
        var google = new Destination(IpAddress.Parse("8.8.8.8"), DnsTransport.Dns);
        var raw = await _host.Get<InstanceService>().RawAsync(Instance, google, Start, Start + 30 * 86_400, 10, Cancellation);
        Assert.Equal(2, raw.Records.Count);
    }
}
