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
        var button = page.Find(".panel button[data-verb=expect]");
        Assert.StartsWith("Mark 8.8.8.8 expected for web-1 until ", button.TextContent, StringComparison.Ordinal);
        button.Click();
        page.WaitForAssertion(() => Assert.Contains("Give a reason", page.Find(".panel .mud-input-helper-text.mud-input-error").TextContent, StringComparison.Ordinal));
        Assert.Empty(Triage.Calls);
        Assert.Contains("Closes this finding and would hide no other contact", page.Find(".effect").TextContent, StringComparison.Ordinal);
        page.Find(".panel textarea[name=reason]").Input("The vendor's agent");
        page.Find(".panel button[data-verb=expect]").Click();
        page.WaitForAssertion(() => Assert.Equal(["expect 1"], Triage.Calls));
        Assert.Equal("The vendor's agent", Triage.Saved!.Reason);
        Assert.Equal([World.Id("web-1")], Triage.Saved.Scope.Instances);
        Assert.NotNull(Triage.Saved.ValidTo);
        page.WaitForAssertion(() => Assert.Contains("Closed by", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public void A_wider_scope_shows_what_nobody_asked_about()
    {
        var page = OpenFirst();
        Choose(page, "Everywhere");
        page.WaitForAssertion(() => Assert.Contains("would also hide 12 contacts that no finding names", page.Find(".effect").TextContent, StringComparison.Ordinal));
        Assert.Contains("other findings", page.Find(".effect").TextContent, StringComparison.Ordinal);
        Assert.Contains("This rule is for everyone.", page.Find(".effect").TextContent, StringComparison.Ordinal);
    }

    private static void Choose<T>(IRenderedComponent<T> within, string label)
        where T : Microsoft.AspNetCore.Components.IComponent =>
        within.FindAll(".choice").First(c => c.TextContent.Contains(label, StringComparison.Ordinal)).QuerySelector("input")!.Click();

    private static void Type(IRenderedComponent<FindingPage> page, string day)
    {
        page.Find(".rule-end input").Input(day);
    }

    [Fact]
    public void A_typed_day_that_is_none_or_past_is_told_beside_the_field_and_nothing_is_saved()
    {
        var page = OpenFirst();
        page.Find(".panel textarea[name=reason]").Input("agreed");
        Type(page, "2027-02-31");
        page.Find(".panel button[data-verb=expect]").Click();
        page.WaitForAssertion(() => Assert.NotEmpty(page.FindAll(".rule-end .mud-input-helper-text.mud-input-error")));
        Type(page, "2020-01-01");
        page.WaitForAssertion(() => Assert.Contains("lies in the past", page.Find(".rule-end").TextContent, StringComparison.Ordinal));
        page.Find(".panel button[data-verb=expect]").Click();
        Assert.Empty(Triage.Calls);
        Type(page, "2027-05-31");
        page.WaitForAssertion(() => Assert.Contains("until 31 May 2027", page.Find(".panel button[data-verb=expect]").TextContent, StringComparison.Ordinal));
        page.Find(".panel button[data-verb=expect]").Click();
        page.WaitForAssertion(() => Assert.Equal(new DateTimeOffset(2027, 6, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds(), Triage.Saved!.ValidTo));
    }

    [Fact]
    public void The_preview_names_each_finding_with_its_state_and_warns_of_a_target_once_confirmed_malicious()
    {
        Use(PageFixture.Fleet());
        int at = Fixture.Findings.ToList().FindIndex(f => f.Finding.Addresses[0].Address.ToString() == "8.8.8.8");
        var open = Fixture.Findings[at];
        Fixture.Findings.Add(open with { Finding = open.Finding with { Id = "decided", InstanceName = "web-9" }, Status = FindingStatus.Closed, Resolution = Resolution.TruePositive });
        var page = Open<FindingPage>("findings/" + open.Finding.Id, p => p.Add(x => x.Id, open.Finding.Id));
        page.WaitForAssertion(() =>
        {
            string text = page.Find(".effect").TextContent;
            Assert.Matches("web-1 to Google Public DNS: *open, will be closed", text);
            Assert.Matches("web-9 to Google Public DNS: *closed as true positive, stays as decided", text);
            Assert.Contains("A target of this rule was confirmed as a true positive before: web-9 to Google Public DNS.", text, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_finding_of_more_addresses_than_it_lists_is_marked_by_any_target_of_its_instance()
    {
        Use(PageFixture.Fleet());
        var stored = Fixture.Findings[0];
        var address = stored.Finding.Addresses[0];
        var many = Enumerable.Range(0, 200).Select(i => address with { Address = FlowLogs.IpAddress.Parse($"45.90.{i}.3") }).ToList();
        Fixture.Findings[0] = stored with { Finding = stored.Finding with { Provider = null, Addresses = many } };
        var page = Open<FindingPage>("findings/" + stored.Finding.Id, p => p.Add(x => x.Id, stored.Finding.Id));
        Assert.StartsWith($"Mark any {Core.Resolvers.DnsTransports.Name(stored.Finding.Transport)} target expected for ", page.Find(".panel button[data-verb=expect]").TextContent, StringComparison.Ordinal);
        page.Find(".panel textarea[name=reason]").Input("A scanner");
        page.Find(".panel button[data-verb=expect]").Click();
        page.WaitForAssertion(() => Assert.NotNull(Triage.Saved));
        Assert.Empty(Triage.Saved!.Prefixes);
        Assert.NotEmpty(Triage.Saved.Scope.Instances);
    }

    [Fact]
    public void Text_that_was_typed_is_there_again_after_the_dialog_was_left()
    {
        var page = OpenFirst();
        string id = Fixture.Findings.First(f => f.Finding.Addresses[0].Address.ToString() == "8.8.8.8").Finding.Id;
        // What the browser keeps is the script's; the page asks for it by the key that the field names.
        JSInterop.SetupModule(_ => true).Setup<string?>("draft", "comment." + id).SetResult("half a thought");
        page.FindAll(".panel button").Single(b => b.TextContent == "Comment").Click();
        var field = Dialogs.WaitForElement("#dialog-text");
        Assert.Equal("comment." + id, field.GetAttribute("data-draft"));
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
        Dialogs.WaitForElement("#close-submit").Click();
        Dialogs.WaitForAssertion(() => Assert.Contains("Choose what it was.", Dialogs.Markup, StringComparison.Ordinal));
        Choose(Dialogs, "Benign positive");
        Dialogs.Find("#close-comment").Input("A test of the vendor");
        Dialogs.Find("#close-submit").Click();
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
    public void A_reject_that_was_gone_around_stands_before_the_contact()
    {
        Use(PageFixture.Fleet());
        var stored = Fixture.Findings[0];
        var (first, rejected) = (stored.Finding.FirstAddress!, FlowLogs.IpAddress.Parse("1.1.1.1"));
        Fixture.Findings[0] = stored with
        {
            Finding = stored.Finding with { Novelty = stored.Finding.Novelty with { Rejected = new(rejected, Core.Resolvers.DnsTransport.DoT, first.FirstContact - 600) } },
        };
        var page = Open<FindingPage>("findings/" + stored.Finding.Id, p => p.Add(x => x.Id, stored.Finding.Id));
        Assert.Contains("1.1.1.1", page.Find("#rejected").TextContent, StringComparison.Ordinal);
        Assert.Contains("Rejected before", page.Find("#rejected").TextContent, StringComparison.Ordinal);
        page.FindAll("button").Single(b => b.TextContent == "Read all around the first contact").Click();
        page.WaitForAssertion(() => Assert.EndsWith(" 1.1.1.1", Fixture.Calls[^1], StringComparison.Ordinal));
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
