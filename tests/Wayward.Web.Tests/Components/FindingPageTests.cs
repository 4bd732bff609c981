using Bunit;
using Wayward.Core.Triage;
using Wayward.Testing;
using Wayward.Web.Components.Findings;

namespace Wayward.Web.Tests.Components;

public sealed class FindingPageTests : FixtureContext
{
    private IRenderedComponent<FindingPage> OpenFirst()
    {
        Use(PageFixture.Fleet());
        string id = Fixture.Findings.First(f => f.Finding.Addresses[0].Address.ToString() == "8.8.8.8").Finding.Id;
        return Open<FindingPage>("findings/" + id, p => p.Add(x => x.Id, id));
    }

    [Fact]
    public void It_reads_from_headline_to_points_that_add_up()
    {
        var page = OpenFirst();
        string text = page.Find("h1").TextContent;
        Assert.Contains("web-1", text, StringComparison.Ordinal);
        Assert.Contains("8.8.8.8", text, StringComparison.Ordinal);
        Assert.Contains("Why this is new", page.Markup, StringComparison.Ordinal);
        Assert.NotEmpty(page.FindAll(".tl .lane"));
        var finding = Fixture.Findings.First(f => f.Finding.Addresses[0].Address.ToString() == "8.8.8.8").Finding;
        Assert.Equal(Web.Components.Shared.Words.Severity(finding.Severity), page.FindAll(".fall")[0].QuerySelectorAll(".num.total")[0].TextContent);
        Assert.Contains($"findings/{finding.Id}/report.html", page.Find("#report-html").GetAttribute("href"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_id_says_so_and_leads_back()
    {
        Use(new PageFixture());
        var page = Open<FindingPage>("findings/none", p => p.Add(x => x.Id, "none"));
        Assert.Contains("There is no such finding", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void The_narrowest_rule_is_proposed_its_effect_is_shown_and_a_reason_is_required()
    {
        var page = OpenFirst();
        var button = page.Find(".panel form button[type=submit]");
        Assert.StartsWith("Mark 8.8.8.8 expected for web-1 until ", button.TextContent, StringComparison.Ordinal);
        Assert.True(button.HasAttribute("disabled"));
        Assert.Contains("Closes this finding and would hide no other contact", page.Find(".effect").TextContent, StringComparison.Ordinal);
        page.Find(".panel textarea[name=reason]").Input("The vendor's agent");
        page.Find(".panel form").Submit();
        Assert.Equal(["expect 1"], Triage.Calls);
        Assert.Equal("The vendor's agent", Triage.Saved!.Reason);
        Assert.Equal([World.Id("web-1")], Triage.Saved.Scope.Instances);
        Assert.NotNull(Triage.Saved.ValidTo);
        page.WaitForAssertion(() => Assert.Contains("Closed by", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public void A_wider_scope_shows_what_nobody_asked_about()
    {
        var page = OpenFirst();
        page.FindAll(".panel .radio input").Last(i => i.ParentElement!.TextContent.Contains("Everywhere", StringComparison.Ordinal)).Change(true);
        page.WaitForAssertion(() => Assert.Contains("would also hide 12 contacts that no finding names", page.Find(".effect").TextContent, StringComparison.Ordinal));
        Assert.Contains("other findings", page.Find(".effect").TextContent, StringComparison.Ordinal);
        Assert.Contains("This rule is for everyone.", page.Find(".effect").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Undo_stands_beside_what_was_done()
    {
        var page = OpenFirst();
        page.FindAll(".panel button").Single(b => b.TextContent == "Acknowledge").Click();
        Snackbars.WaitForElement(".mud-snackbar button").Click();
        page.WaitForAssertion(() => Assert.Equal("undo 101", Triage.Calls[^1]));
    }

    [Fact]
    public void Closing_asks_what_it_was()
    {
        var page = OpenFirst();
        page.FindAll(".panel button").Single(b => b.TextContent == "Close").Click();
        Dialogs.WaitForElement("input[value=BenignPositive]").Change("BenignPositive");
        Dialogs.Find("#close-comment").Input("A test of the vendor");
        Dialogs.Find("#close-form").Submit();
        page.WaitForAssertion(() => Assert.Equal("close 1 BenignPositive A test of the vendor", Triage.Calls[^1]));
        page.WaitForAssertion(() => Assert.Contains("Closed: benign positive", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public void Raw_records_are_read_again_on_demand_with_object_and_line()
    {
        var page = OpenFirst();
        page.FindAll("button").Single(b => b.TextContent == "Read all around the first contact").Click();
        page.WaitForAssertion(() => Assert.Contains("a/b.log.gz", page.Markup, StringComparison.Ordinal));
        Assert.Contains("Line 12 of", page.Markup, StringComparison.Ordinal);
        Assert.StartsWith("evidence " + World.Id("web-1") + " 8.8.8.8", Fixture.Calls[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hostile_names_and_comments_are_shown_inert()
    {
        Use(PageFixture.Fleet());
        var stored = Fixture.Findings[0];
        string storm = string.Concat(HostileNames.All.Values.Where(v => v.Length < 200));
        Fixture.Findings[0] = stored with { Finding = stored.Finding with { InstanceName = storm, AccountId = HostileNames.All["script tag"], VpcId = HostileNames.All["ten thousand characters"] }, Assignee = HostileNames.All["bidi override"] };
        foreach (string name in HostileNames.All.Values) await Fixture.AddCommentAsync(stored.Finding.Id, name, name, Xunit.TestContext.Current.CancellationToken);
        var page = Open<FindingPage>("findings/" + stored.Finding.Id, p => p.Add(x => x.Id, stored.Finding.Id));
        Assert.Empty(page.FindAll("script"));
        Assert.Empty(page.FindAll("img"));
        Assert.Empty(page.FindAll("[onerror],[onload],[onmouseover]"));
        Assert.DoesNotContain(page.FindAll("a"), a => a.GetAttribute("href")!.StartsWith("javascript:", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain('\u202E', page.Find("main, .finding").TextContent);
        Assert.Contains(page.FindAll(".cchip"), c => c.TextContent == "U+202E");
    }
}
