using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.Engine.Detection;
using Wayward.Engine.Resolvers;
using Wayward.Engine.Sources;
using Wayward.Storage;
using Wayward.Storage.Audit;
using Wayward.Storage.Ingest;
using Wayward.FlowLogs;
using Wayward.Testing;
using Wayward.Web.Components.Audit;
using Wayward.Web.Components.Destinations;
using Wayward.Web.Components.Expected;
using Wayward.Web.Components.Ingest;
using Wayward.Web.Components.Instances;
using Wayward.Web.Components.Learned;
using Wayward.Web.Components.Overview;
using Wayward.Web.Components.Settings;
using Wayward.Web.Components.Shared;

namespace Wayward.Web.Tests.Components;

public sealed class OtherPagesTests : FixtureContext
{
    [Fact]
    public void The_overview_of_an_empty_store_says_what_to_do()
    {
        Use(new PageFixture());
        var page = Open<OverviewPage>("");
        Assert.Contains("Nothing has been read yet", page.Markup, StringComparison.Ordinal);
        Assert.Contains("--source", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_number_of_the_overview_is_a_link_with_a_comparison()
    {
        Use(PageFixture.Fleet());
        var page = Open<OverviewPage>("");
        var stats = page.FindAll(".stat");
        Assert.Equal(8, stats.Count);
        Assert.All(stats, s => Assert.False(string.IsNullOrWhiteSpace(s.QuerySelector(".c")!.TextContent)));
        Assert.All(stats, s => Assert.NotNull(s.GetAttribute("href")));
    }

    [Fact]
    public void What_was_learned_is_listed_with_unknown_servers_that_answered_on_top()
    {
        Use(PageFixture.Fleet());
        Assert.Contains("Nothing was learned", Open<LearnedPage>("learned").Markup, StringComparison.Ordinal);
        static AcceptedContact Row(string address, CatalogTier tier, bool answered, double day, string? provider = null) =>
            new(new("i-1"), new(IpAddress.Parse(address), DnsTransport.Dns), provider, tier, AcceptedReason.Learned, World.At(day), World.At(day + 1), answered, default, default) { Group = "asg:web" };
        Fixture.Accepted.AddRange([
            Row("8.8.8.8", CatalogTier.Dedicated, true, 4, "Google"), Row("203.119.1.1", CatalogTier.None, false, 3), Row("203.119.1.2", CatalogTier.None, true, 1), Row("203.119.1.3", CatalogTier.None, true, 2),
        ]);
        var page = Open<LearnedPage>("learned");
        Assert.Equal(["203.119.1.3", "203.119.1.2", "203.119.1.1", "8.8.8.8"], page.FindAll("tbody tr").Select(r => r.QuerySelector("a")!.TextContent.Trim()));
        Assert.All(page.FindAll("tbody tr"), r => Assert.Contains("nobody", r.TextContent, StringComparison.Ordinal));
        Assert.Contains("web", page.Find("tbody").TextContent, StringComparison.Ordinal);
        Fixture.Accepted[0] = Fixture.Accepted[0] with { InstanceName = "dns-1" };
        Assert.Contains("dns-1", Open<LearnedPage>("learned").Find("tbody").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sick_source_is_named_on_the_overview()
    {
        Use(PageFixture.Fleet());
        Fixture.SourceList.Add(new("folder:/logs", SourceHealth.Failing, "The folder is gone: mount it again.", null, 0, 3, 1));
        Assert.Contains("mount it again", Open<OverviewPage>("").Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void The_overview_says_how_much_can_be_evaluated_and_what_to_do_where_that_is_too_little()
    {
        Use(PageFixture.Fleet());
        Assert.DoesNotContain("can be evaluated", Open<OverviewPage>("").Markup, StringComparison.Ordinal);
        Gauge.Latest = new([new("111122223333", "vpc-1", 100, new Dictionary<BlindReason, long> { [BlindReason.Learning] = 20 })]);
        string markup = Open<OverviewPage>("").Markup;
        Assert.Contains("80 % of 100 instance-hours on the last day of data can be evaluated.", markup, StringComparison.Ordinal);
        Assert.DoesNotContain("cannot be evaluated", markup, StringComparison.Ordinal);
        Gauge.Latest = new([new("111122223333", "vpc-1", 100, new Dictionary<BlindReason, long> { [BlindReason.Learning] = 21 })]);
        Gauge.Overlaps = [new("fl-1", "fl-2", "eni-7", 3)];
        markup = Open<OverviewPage>("").Markup;
        Assert.Contains("21 % of 100 instance-hours of account 111122223333 cannot be evaluated", markup, StringComparison.Ordinal);
        Assert.Contains("Two flow logs cover 3 interfaces, eni-7 among them: fl-1, and fl-2. Their contacts count once.", markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_that_cannot_read_says_so_from_the_start()
    {
        Use(PageFixture.Fleet(), d => d.Failure = new IOException("disk"));
        Assert.Contains("Not up to date", Open<OverviewPage>("").Markup, StringComparison.Ordinal);
        Assert.Contains("Not up to date", Open<InstancesPage>("instances").Markup, StringComparison.Ordinal);
        Assert.Contains("Not up to date", Open<DestinationsPage>("destinations").Markup, StringComparison.Ordinal);
        Assert.Contains("Not up to date", Open<ExpectedPage>("expected").Markup, StringComparison.Ordinal);
        Assert.Contains("Not up to date", Open<IngestPage>("ingest").Markup, StringComparison.Ordinal);
        Assert.Contains("Not up to date", Open<AuditPage>("audit").Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_that_cannot_be_used_says_why_in_its_own_words()
    {
        Use(PageFixture.Fleet(), d => d.Failure = new StorageUnavailableException(StorageProblem.ReadOnly, "'/data/wayward.db' cannot be opened: <b>make</b> it readable.", new IOException()));
        var page = Open<OverviewPage>("");
        Assert.Contains("cannot be opened: &lt;b&gt;make", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Ingest_says_that_nothing_can_be_written_and_why()
    {
        Use(PageFixture.Fleet());
        Assert.DoesNotContain("Nothing can be written", Open<IngestPage>("ingest").Markup, StringComparison.Ordinal);
        Fixture.StoreProblem = "The disk that holds '/data/wayward.db' is full.";
        Assert.Contains("The disk that holds", Open<IngestPage>("ingest").Find(".problem").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Pages_wait_with_a_skeleton()
    {
        Use(PageFixture.Fleet(), d => d.Gate = new());
        Assert.NotNull(Open<OverviewPage>("").Find(".skeleton"));
        Assert.NotNull(Open<InstancesPage>("instances").Find(".skeleton"));
        Assert.NotNull(Open<DestinationsPage>("destinations").Find(".skeleton"));
        Assert.NotNull(Open<ExpectedPage>("expected").Find(".skeleton"));
        Assert.NotNull(Open<IngestPage>("ingest").Find(".skeleton"));
        Assert.NotNull(Open<AuditPage>("audit").Find(".skeleton"));
    }

    [Fact]
    public void Instances_are_listed_and_an_empty_list_teaches()
    {
        Use(PageFixture.Fleet());
        Assert.Equal(4, Open<InstancesPage>("instances").FindAll("tbody tr").Count);
        Assert.Contains("No instance matches", Open<InstancesPage>("instances?q=nobody").Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_that_shows_pages_only_says_who_reads()
    {
        Hosting = new() { Role = Wayward.Engine.ProcessRole.Web };
        Use(new PageFixture());
        Assert.Contains("Sources are read by other processes", Open<IngestPage>("ingest").Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Destinations_carry_the_catalogues_names()
    {
        Use(PageFixture.Fleet());
        var page = Open<DestinationsPage>("destinations");
        Assert.Contains("Quad9", page.Markup, StringComparison.Ordinal);
        Assert.Contains("Not in the catalogue", page.Find("tbody").TextContent, StringComparison.Ordinal);
        Assert.Equal(4, page.FindAll("tbody tr").Count);
    }

    [Theory]
    [InlineData("destinations?q=quad", "Quad9")]
    [InlineData("destinations?q=9.9.9", "Quad9")]
    [InlineData("destinations?known=0", "Not in the catalogue")]
    public void Destinations_are_found_by_operator_address_and_standing(string address, string only)
    {
        Use(PageFixture.Fleet());
        var operators = Open<DestinationsPage>(address).FindAll("tbody tr td:first-child").Select(td => td.TextContent.Trim()).ToList();
        Assert.NotEmpty(operators);
        Assert.All(operators, o => Assert.Equal(only, o));
    }

    [Fact]
    public void A_destination_lists_its_users_in_order_of_adoption()
    {
        Use(PageFixture.Fleet());
        var page = Open<DestinationPage>("destinations/8.8.8.8", p => p.Add(x => x.Address, "64:ff9b::808:808"));
        Assert.Contains("web-1", page.Find("tbody tr").TextContent, StringComparison.Ordinal);
        Assert.Contains("the first", page.Find("tbody tr").TextContent, StringComparison.Ordinal);
        Assert.Contains("This is not an IP address", Open<DestinationPage>("destinations/x", p => p.Add(x => x.Address, "x")).Markup, StringComparison.Ordinal);
        Assert.Contains("No instance has contacted it", Open<DestinationPage>("destinations/4.4.4.4", p => p.Add(x => x.Address, "4.4.4.4")).Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_show_what_they_do_and_are_withdrawn_with_a_reason()
    {
        Use(PageFixture.Fleet());
        Assert.Contains("No rule yet", Open<ExpectedPage>("expected").Markup, StringComparison.Ordinal);
        Fixture.Rules.Add(new() { Id = 7, Action = ExpectedAction.Expected, Prefixes = [IpPrefix.Parse("8.8.8.8")], Transports = [DnsTransport.Dns], Reason = HostileNames.All["script tag"], CreatedBy = "tester", CreatedAt = World.At(50) });
        var page = Open<ExpectedPage>("expected");
        Assert.Contains("8.8.8.8, DNS", page.Find("tbody tr").TextContent, StringComparison.Ordinal);
        Assert.Contains("everywhere", page.Find("tbody tr").TextContent, StringComparison.Ordinal);
        page.WaitForAssertion(() => Assert.Contains("This rule is for everyone.", page.Markup, StringComparison.Ordinal));
        Assert.Empty(page.FindAll("script"));
        page.FindAll("button").Single(b => b.TextContent == "Withdraw").Click();
        Dialogs.WaitForElement("#dialog-text").Input("The test is over");
        Dialogs.Find("#text-submit").Click();
        page.WaitForAssertion(() => Assert.Equal("withdraw 7 The test is over", Triage.Calls[^1]));
    }

    [Fact]
    public void A_rule_by_hand_names_all_its_faults_at_once()
    {
        var (rule, problems) = new RuleDraft { Targets = "8.8.8.8/33\n300.1.1.1/2" }.Build();
        Assert.Null(rule);
        Assert.All(["8.8.8.8/33", "300.1.1.1", "for whom", "last day", "reason"], said => Assert.Contains(problems, p => p.Contains(said, StringComparison.Ordinal)));
        (rule, problems) = new RuleDraft { Targets = "8.8.8.0/24\nQuad9", ScopeKind = "account", ScopeIds = "111122223333", Transport = "DoT", LastDay = new(2026, 5, 31), Reason = "agreed" }.Build();
        Assert.Empty(problems);
        Assert.Equal(["Quad9"], rule!.Providers);
        Assert.Equal(["111122223333"], rule.Scope.Accounts);
        Assert.Equal(new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds(), rule.ValidTo);
    }

    [Fact]
    public async Task A_rule_is_scoped_by_interface_and_by_role()
    {
        var (rule, problems) = new RuleDraft { Targets = "8.8.8.8", ScopeKind = "role", ScopeIds = "serves-dns", NoEnd = true, Reason = "agreed" }.Build();
        Assert.Empty(problems);
        Assert.Equal(["serves-dns"], rule!.Scope.Roles);
        Assert.Equal("role serves-dns", ExpectedService.Scope(rule.Scope));
        (rule, _) = new RuleDraft { Targets = "8.8.8.8", ScopeKind = "interface", ScopeIds = "eni-1 eni-2", NoEnd = true, Reason = "agreed" }.Build();
        Assert.Equal(["eni-1", "eni-2"], rule!.Scope.Interfaces);
        Assert.Equal("interface eni-1 and 1 more", ExpectedService.Scope(rule.Scope));

        Use(PageFixture.Fleet());
        Fixture.Facts[World.Id("web-1")] = [new(Core.Contacts.InstanceAttribute.Interface, "eni-1", World.At(0), World.At(60)), new(Core.Contacts.InstanceAttribute.Role, "forwarder", World.At(0), World.At(60))];
        var finding = Fixture.Findings.First(f => f.Finding.Members.Any(m => m.Id == World.Id("web-1"))).Finding;
        var draft = await Services.GetRequiredService<ExpectedService>().DraftAsync(finding, Xunit.TestContext.Current.CancellationToken);
        Assert.Equal(["instance", "interface"], draft.Proposals.Take(2).Select(p => p.ScopeKind));
        Assert.Contains(draft.Proposals, p => p.ScopeKind == "role" && p.Rule.Scope.Roles is ["forwarder"] && p.Rule.Prefixes.Count == 1);
    }

    [Fact]
    public void Times_are_drawn_again_when_the_zone_changes_and_name_it()
    {
        Use(new PageFixture());
        var ui = Services.GetRequiredService<UiState>();
        var time = Render<TimeText>(p => p.Add(x => x.At, World.At(40.5)));
        Assert.EndsWith("12:00 UTC", time.Find("time").TextContent.Trim(), StringComparison.Ordinal);
        ui.Load("system", "local", "Asia/Kolkata", dark: false);
        time.WaitForAssertion(() => Assert.EndsWith("17:30 UTC+5:30", time.Find("time").TextContent.Trim(), StringComparison.Ordinal));
        Assert.Contains("UTC", time.Find("time").GetAttribute("title"), StringComparison.Ordinal);
        Assert.Contains("Asia/Kolkata", time.Find("time").GetAttribute("title"), StringComparison.Ordinal);
        ui.SetLocal(false);
        time.WaitForAssertion(() => Assert.EndsWith("12:00 UTC", time.Find("time").TextContent.Trim(), StringComparison.Ordinal));
    }

    [Fact]
    public void The_overviews_numbers_lead_to_the_lists_that_they_count()
    {
        Use(PageFixture.Fleet());
        Fixture.Objects.Add(new() { ObjectId = 1, Source = "s", Container = "c", Key = "k", ETag = "1", State = SourceObjectState.Quarantined });
        Fixture.Objects.Add(new() { ObjectId = 2, Source = "s", Container = "c", Key = "l", ETag = "1", State = SourceObjectState.Retry });
        Fixture.Objects.Add(new() { ObjectId = 3, Source = "s", Container = "c", Key = "m", ETag = "1", State = SourceObjectState.Done });
        var page = Open<OverviewPage>("");
        Assert.Equal(["findings", "findings?sort=detected&dir=asc", "destinations?new=1", "instances?silent=1", "ingest?state=failed"], page.FindAll(".stat").Select(s => s.GetAttribute("href")!).Where(h => !h.Contains("from=", StringComparison.Ordinal) && h is not ("instances" or "ingest")));
        Assert.Equal(2, Open<IngestPage>("ingest?state=failed").FindAll(".tablebox tbody tr").Count);
    }

    [Fact]
    public void Failed_objects_give_a_reason_and_can_be_retried()
    {
        Use(PageFixture.Fleet());
        Fixture.SourceList.Add(new("folder:/logs", SourceHealth.Healthy, null, DateTimeOffset.UnixEpoch, 0, 3, 1));
        Fixture.Objects.Add(new() { ObjectId = 5, Source = "folder:/logs", Container = "/logs", Key = "a/" + HostileNames.All["script tag"], ETag = "1", State = SourceObjectState.Quarantined, Reason = "The gzip trailer is missing.", QuarantineJson = """[{"line":3,"column":"srcaddr","reason":"not an address"}]""" });
        var page = Open<IngestPage>("ingest?object=5");
        Assert.Contains("The gzip trailer is missing.", page.Markup, StringComparison.Ordinal);
        Assert.Contains("not an address", page.Markup, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("script"));
        page.FindAll("button").Single(b => b.TextContent == "Retry").Click();
        Assert.Equal("retry 5", Fixture.Calls[^1]);
    }

    [Fact]
    public void An_object_tells_what_the_columns_it_lacks_cost()
    {
        Use(PageFixture.Fleet());
        var row = new SourceObjectRow
        {
            ObjectId = 9, Source = "folder:/logs", Container = "/logs", Key = "v2.log.gz", ETag = "e1", State = SourceObjectState.Done, Format = "text v2 default, gzip",
            Columns = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status",
        };
        Fixture.Objects.Add(row);
        Fixture.Objects.Add(row with { ObjectId = 10, Key = "waiting.log.gz", State = SourceObjectState.Seen, Format = null, Columns = "" });
        string markup = Open<IngestPage>("ingest?object=9").Markup;
        Assert.Contains("Columns that its format lacks", markup, StringComparison.Ordinal);
        Assert.Contains("flow-direction", markup, StringComparison.Ordinal);
        Assert.DoesNotContain("Columns that its format lacks", Open<IngestPage>("ingest?object=10").Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Audit_entries_can_be_undone_once()
    {
        Use(PageFixture.Fleet());
        Assert.Contains("Nothing has been decided yet", Open<AuditPage>("audit").Markup, StringComparison.Ordinal);
        Fixture.Entries.Add(new(3, 1_772_000_000_000, HostileNames.All["bidi override"], "finding.close", "abc", "Closed: duplicate", null, null, null, null));
        Fixture.Entries.Add(new(2, 1_772_000_000_000, "tester", "finding.close", "def", "Closed", null, null, null, 4));
        var page = Open<AuditPage>("audit");
        page.FindAll("button").Single(b => b.TextContent == "Undo").Click();
        Assert.Equal("undo 3", Triage.Calls[^1]);
        Assert.Contains("undone", page.FindAll("tbody tr")[1].TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202E', page.Find("tbody").TextContent);
    }

    [Fact]
    public void Settings_name_key_value_and_catalogue()
    {
        Use(new PageFixture());
        string markup = Open<SettingsPage>("settings").Markup;
        Assert.Contains("Detection:HistoryWindow", markup, StringComparison.Ordinal);
        Assert.Contains("45 days", markup, StringComparison.Ordinal);
        Assert.Contains(TestCatalog.Default.Hash, markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_tell_what_was_added_to_the_catalogue_and_what_is_wrong_with_it()
    {
        var folder = Directory.CreateTempSubdirectory("wayward-settings-test-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "mine.txt"), "192.88.1.1\n");
            File.WriteAllText(Path.Combine(folder.FullName, "broken.txt"), "wayward-catalog 1\nnonsense\n");
            Services.AddSingleton<ICatalogProvider>(new CatalogStore(folder.FullName, DetectionOptions.Default, TimeProvider.System));
            Use(new PageFixture());
            string text = Open<SettingsPage>("settings").Find("section:contains('Resolver catalogue')").TextContent;
            Assert.Matches("(?s)Added: *mine.*2 entries", text);
            Assert.Matches("(?s)Added: *broken.*0 entries.*Not in force: *broken.txt:2: ", text);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
