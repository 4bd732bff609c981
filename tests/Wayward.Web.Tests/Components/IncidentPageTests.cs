using AngleSharp.Dom;
using Bunit;
using Wayward.Core.Incidents;
using Wayward.Testing;
using Wayward.Web.Components.Incidents;

namespace Wayward.Web.Tests.Components;

public sealed class IncidentPageTests : FixtureContext
{
    private static CancellationToken Token => Xunit.TestContext.Current.CancellationToken;

    private async Task<IRenderedComponent<IncidentPage>> WithTwoAsync()
    {
        Use(PageFixture.Fleet());
        await Incidents.CreateAsync("Strange resolvers", [Fixture.Findings[0].Finding.Id, Fixture.Findings[1].Finding.Id], "tester", Token);
        return Open<IncidentPage>("incidents/1", p => p.Add(x => x.Id, 1));
    }

    [Fact]
    public async Task It_shows_its_findings_and_one_timeline_of_them_and_takes_one_out()
    {
        var page = await WithTwoAsync();
        Assert.Contains("Strange resolvers", page.Find("h1").TextContent, StringComparison.Ordinal);
        Assert.Equal(2, page.FindAll("#incident-findings tbody tr").Count);
        Assert.Equal(2, page.FindAll(".incident-lanes .ip-mark").Count);
        var events = page.FindAll(".events li").Select(e => e.TextContent).ToList();
        Assert.Equal(2, events.Count(e => e.Contains("first contact", StringComparison.Ordinal)));
        page.Find("[data-detach]").Click();
        Assert.Contains("detach 1 from 1", Incidents.Calls);
        page.WaitForAssertion(() => Assert.Single(page.FindAll("#incident-findings tbody tr")));
    }

    [Fact]
    public async Task What_someone_else_wrote_meanwhile_is_shown_beside_ones_own_text_and_a_second_save_replaces_it()
    {
        var page = await WithTwoAsync();
        page.Find("#edit-narrative").Click();
        page.Find("#narrative").Input("Mine");
        await Incidents.EditAsync(1, 1, new() { Narrative = "Theirs" }, "ben", Token);
        page.Find("#save-narrative").Click();
        page.WaitForAssertion(() => Assert.Contains("Theirs", page.Find("#narrative-conflict").TextContent, StringComparison.Ordinal));
        Assert.Equal("Mine", page.Find("#narrative").GetAttribute("value"));
        Assert.Equal("Theirs", Incidents.All[0].Narrative);
        page.Find("#save-narrative").Click();
        page.WaitForAssertion(() => Assert.Equal("Mine", Incidents.All[0].Narrative));
        Assert.Contains("Mine", page.Find(".narrative").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tasks_are_ticked_off_and_status_and_owner_are_one_press()
    {
        var page = await WithTwoAsync();
        page.Find("#new-task").Input("Ask the owner of web-1");
        page.Find("aside form").Submit();
        page.WaitForAssertion(() => Assert.Single(page.FindAll(".tasks li")));
        page.Find(".tasks input").Change(true);
        page.WaitForAssertion(() => Assert.Contains("tester", page.Find(".tasks li").TextContent, StringComparison.Ordinal));
        page.Find("#take").Click();
        page.WaitForAssertion(() => Assert.Equal("tester", Incidents.All[0].Owner));
        page.FindAll("aside button").First(b => b.TextContent == "Contained").Click();
        page.WaitForAssertion(() => Assert.Equal(IncidentStatus.Contained, Incidents.All[0].Status));
    }

    [Fact]
    public async Task Hostile_text_stays_text()
    {
        var page = await WithTwoAsync();
        string hostile = string.Join("\n\n", HostileNames.All.Values) + "\n\n![x](http://evil.example/a.png) [y](javascript:alert(1)) <img src=x onerror=alert(1)> <javascript:alert(2)>";
        await Incidents.EditAsync(1, 1, new() { Narrative = hostile, Title = HostileNames.All["script tag"] }, "ben", Token);
        page = Open<IncidentPage>("incidents/1", p => p.Add(x => x.Id, 1));
        Assert.Empty(page.FindAll("main img, .narrative img, .narrative script, h1 script"));
        Assert.All(page.FindAll(".narrative a"), a => Assert.Matches("^(https?://|findings/|instances/|incidents/)", a.GetAttribute("href")!));
        Assert.DoesNotContain('\u202E', page.Markup);
    }
}
