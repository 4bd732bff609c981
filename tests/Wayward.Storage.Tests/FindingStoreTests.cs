using Wayward.Storage.Audit;
using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.FlowLogs;
using Wayward.Storage.Findings;

namespace Wayward.Storage.Tests;

public abstract class FindingStoreTests(StorageProvider provider)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;
    private static readonly Func<Finding, ExpectedTarget?> Uncovered = _ => null;

    private static TriageChange Close(string id, int revision, Resolution resolution = Resolution.FalsePositive, string actor = "ana") =>
        new(new Dictionary<string, int> { [id] = revision }, FindingStatus.Closed, resolution, null, actor, "known");

    [Fact]
    public async Task A_finding_comes_back_as_it_was_said()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var finding = Make.Finding("i-1", Make.Google, Make.T0, more: Make.Google2);
        var changes = await storage.Findings.ApplyAsync(Make.Result(finding), null, Uncovered, Token);
        Assert.Equal([finding.Id], changes.Opened);
        var stored = (await storage.Findings.FindAsync(finding.Id, Token))!;
        Assert.Equivalent(finding, stored.Finding, strict: true);
        Assert.Equal((FindingStatus.Open, 1), (stored.Status, stored.Revision));
        var row = Assert.Single((await storage.Findings.QueryAsync(new(), Token)).Rows);
        Assert.Equal((finding.Id, "8.8.4.4", 2, "why " + finding.Id), (row.Id, row.Address, row.AddressCount, row.Why));
        Assert.Null(await storage.Findings.FindAsync("unknown", Token));
    }

    [Theory]
    [InlineData("a\0b")]
    [InlineData("\0")]
    [InlineData("half a pair \ud800")]
    public async Task Text_that_the_database_cannot_hold_matches_nothing_and_is_no_error(string text)
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var finding = Make.Finding("i-1", Make.Google, Make.T0);
        await storage.Findings.ApplyAsync(Make.Result(finding), null, Uncovered, Token);
        foreach (var query in new FindingQuery[] { new() { SubjectId = text }, new() { Provider = text }, new() { Address = text }, new() { Assignee = text }, new() { Text = "x" + text } })
            Assert.Empty((await storage.Findings.QueryAsync(query, Token)).Rows);
        Assert.Null(await storage.Findings.FindAsync(text, Token));
        Assert.Empty(await storage.Findings.OfInstanceAsync(text, 10, Token));
        Assert.Empty((await storage.Audit.QueryAsync(text, "x" + text, 0, 10, Token)).Rows);
        // What a person writes is kept, as far as the database can.
        await storage.Findings.AddCommentAsync(finding.Id, "ana", "seen " + text, Token);
        Assert.StartsWith("seen ", Assert.Single(await storage.Findings.CommentsAsync(finding.Id, Token)).Text, StringComparison.Ordinal);
        Assert.DoesNotContain((await storage.Get<Maintenance.IStorageMaintenance>().VerifyAsync(Token)).Problems, p => p.Contains("comment", StringComparison.Ordinal) || p.Contains("audit", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Days_count_what_was_reported_and_stands_whatever_was_decided()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        long day = Make.T0 / UnixTime.DaySeconds * UnixTime.DaySeconds;
        var (first, closed, next) = (Make.Finding("i-1", Make.Google, day), Make.Finding("i-2", Make.Google, day + UnixTime.DaySeconds - 1), Make.Finding("i-3", Make.Google, day + UnixTime.DaySeconds));
        await storage.Findings.ApplyAsync(Make.Result(first, closed, next), null, Uncovered, Token);
        await storage.Findings.TriageAsync(Close(closed.Id, 1), Token);
        var band = SeverityBands.Of(first.Severity);
        int number = UnixTime.Day(day);
        Assert.Equal([new(number, band, 2), new(number + 1, band, 1)], await storage.Findings.DaysAsync(day, day + 2 * UnixTime.DaySeconds, Token));
        Assert.Equal([new FindingsOfDay(number, band, 2)], await storage.Findings.DaysAsync(day, day + UnixTime.DaySeconds, Token));
        // Withdrawn ones were never said.
        await storage.Findings.ApplyAsync(Make.Result(first, closed), null, Uncovered, Token);
        Assert.Equal([new FindingsOfDay(number, band, 2)], await storage.Findings.DaysAsync(day, day + 2 * UnixTime.DaySeconds, Token));
    }

    [Fact]
    public async Task An_evaluation_may_speak_of_more_than_a_statement_has_parameters()
    {
        const int Many = 70_000;
        await using var storage = await StorageFixture.CreateAsync(provider);
        var (kept, gone, other) = (Make.Finding("i-1", Make.Google, Make.T0), Make.Finding("i-2", Make.Google, Make.T0), Make.Finding("j-3", Make.Google2, Make.T0));
        await storage.Findings.ApplyAsync(Make.Result(kept, gone, other), null, Uncovered, Token);
        var names = Enumerable.Range(0, Many).Select(i => $"i-{i}").ToArray();
        // As a session says it: the groups that it evaluated.
        var byGroup = new DetectionScope(new HashSet<Destination>(), names.Select(n => new InstanceKey(n)).ToHashSet()) { Groups = names.Select(n => $"group-{n}-Google").ToHashSet(StringComparer.Ordinal) };
        var changes = await storage.Findings.ApplyAsync(Make.Result(kept) with { Evaluated = byGroup }, byGroup, Uncovered, Token);
        Assert.Equal([gone.Id], changes.Closed);
        // As the engine says it: instances and destinations.
        var destinations = Enumerable.Range(0, Many).Select(i => new Destination(IpAddress.FromBytes([20, (byte)(i >> 16), (byte)(i >> 8), (byte)i]), DnsTransport.Dns)).ToHashSet();
        var byName = new DetectionScope(destinations, byGroup.Instances);
        changes = await storage.Findings.ApplyAsync(Make.Result() with { Evaluated = byName }, byName, Uncovered, Token);
        Assert.Equal([kept.Id], changes.Closed);
        Assert.Equal(FindingStatus.Open, (await storage.Findings.FindAsync(other.Id, Token))!.Status);
    }

    [Fact]
    public async Task Saying_the_same_again_changes_nothing()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var finding = Make.Finding("i-1", Make.Google, Make.T0);
        await storage.Findings.ApplyAsync(Make.Result(finding), null, Uncovered, Token);
        Assert.False((await storage.Findings.ApplyAsync(Make.Result(finding), null, Uncovered, Token)).Any);
        Assert.Equal(1, (await storage.Findings.FindAsync(finding.Id, Token))!.Revision);
    }

    [Fact]
    public async Task Triage_survives_an_update_by_the_engine_and_counting_on_is_no_conflict()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var finding = Make.Finding("i-1", Make.Google, Make.T0);
        await storage.Findings.ApplyAsync(Make.Result(finding), null, Uncovered, Token);
        await storage.Findings.ApplyAsync(Make.Result(finding with { Count = 9, Last = finding.Last + 60 }), null, Uncovered, Token);
        await storage.Findings.TriageAsync(Close(finding.Id, revision: 1), Token);
        await storage.Findings.ApplyAsync(Make.Result(finding with { Count = 12 }), null, Uncovered, Token);
        var stored = (await storage.Findings.FindAsync(finding.Id, Token))!;
        Assert.Equal((FindingStatus.Closed, Resolution.FalsePositive, 12L), (stored.Status, stored.Resolution, stored.Finding.Count));
    }

    [Fact]
    public async Task Deciding_on_what_someone_else_has_decided_is_refused_and_writes_nothing()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var (a, b) = (Make.Finding("i-1", Make.Google, Make.T0), Make.Finding("i-2", Make.Google, Make.T0));
        await storage.Findings.ApplyAsync(Make.Result(a, b), null, Uncovered, Token);
        await storage.Findings.TriageAsync(Close(a.Id, 1), Token);
        var refused = await Assert.ThrowsAsync<TriageConflictException>(() => storage.Findings.TriageAsync(
            new(new Dictionary<string, int> { [a.Id] = 1, [b.Id] = 1 }, FindingStatus.Acknowledged, Resolution.None, null, "ben", ""), Token));
        Assert.Equal([a.Id], refused.FindingIds);
        Assert.Equal(FindingStatus.Open, (await storage.Findings.FindAsync(b.Id, Token))!.Status);
        Assert.Equal(1, (await storage.Audit.QueryAsync(null, null, 0, 10, Token)).Total);
    }

    [Fact]
    public async Task A_new_address_is_a_conflict_for_who_has_not_seen_it_and_reopens_a_closed_finding()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var finding = Make.Finding("i-1", Make.Google, Make.T0);
        await storage.Findings.ApplyAsync(Make.Result(finding), null, Uncovered, Token);
        await storage.Findings.TriageAsync(Close(finding.Id, 1), Token);
        var grown = Make.Finding("i-1", Make.Google, Make.T0, more: Make.Google2);
        var changes = await storage.Findings.ApplyAsync(Make.Result(grown), null, Uncovered, Token);
        Assert.Equal([finding.Id], changes.Reopened);
        var stored = (await storage.Findings.FindAsync(finding.Id, Token))!;
        Assert.Equal((FindingStatus.Open, Resolution.None), (stored.Status, stored.Resolution));
        Assert.Equal(["finding.close", "finding.reopen"], (await storage.Audit.OfFindingAsync(finding.Id, Token)).Select(e => e.Verb));
        Assert.Equal("system", (await storage.Audit.OfFindingAsync(finding.Id, Token))[1].Actor);
        await Assert.ThrowsAsync<TriageConflictException>(() => storage.Findings.TriageAsync(Close(finding.Id, 2), Token));
        Assert.Single((await storage.Findings.QueryAsync(new() { Address = "8.8.4.4" }, Token)).Rows);
    }

    [Fact]
    public async Task What_the_engine_no_longer_says_is_withdrawn_and_comes_back_as_it_was()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var finding = Make.Finding("i-1", Make.Google, Make.T0);
        await storage.Findings.ApplyAsync(Make.Result(finding), null, Uncovered, Token);
        await storage.Findings.TriageAsync(new(new Dictionary<string, int> { [finding.Id] = 1 }, FindingStatus.Acknowledged, Resolution.None, "ana", "ana", ""), Token);
        Assert.Equal([finding.Id], (await storage.Findings.ApplyAsync(Make.Result(), null, Uncovered, Token)).Closed);
        Assert.Equal(FindingStatus.Withdrawn, (await storage.Findings.FindAsync(finding.Id, Token))!.Status);
        Assert.False((await storage.Findings.ApplyAsync(Make.Result(), null, Uncovered, Token)).Any);
        Assert.Equal([finding.Id], (await storage.Findings.ApplyAsync(Make.Result(finding), null, Uncovered, Token)).Reopened);
        var stored = (await storage.Findings.FindAsync(finding.Id, Token))!;
        Assert.Equal((FindingStatus.Acknowledged, "ana"), (stored.Status, stored.Assignee));
    }

    [Fact]
    public async Task A_rule_does_not_touch_a_finding_that_an_analyst_has_closed()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var mine = Make.Finding("i-1", Make.Google, Make.T0);
        await storage.Findings.ApplyAsync(Make.Result(mine), null, Uncovered, Token);
        await storage.Findings.TriageAsync(new(new Dictionary<string, int> { [mine.Id] = 1 }, FindingStatus.Closed, Resolution.TruePositive, null, "ana", "malware"), Token);
        var (rule, _) = await storage.Expected.AddAsync(new ExpectedTarget { Action = ExpectedAction.Expected, Prefixes = [IpPrefix.Single(Make.Google)], Reason = "ours" }, null, "ana", Token);
        Assert.False((await storage.Findings.ApplyAsync(Make.Result(), null, _ => rule, Token)).Any);
        var stored = (await storage.Findings.FindAsync(mine.Id, Token))!;
        Assert.Equal((FindingStatus.Closed, Resolution.TruePositive, null), (stored.Status, stored.Resolution, stored.ExpectedTargetId));
        // It can be opened again; then the rule closes it, as it closes every open finding that it covers.
        await storage.Findings.TriageAsync(new(new Dictionary<string, int> { [mine.Id] = stored.Revision }, FindingStatus.Open, Resolution.None, null, "ana", ""), Token);
        Assert.Equal([mine.Id], (await storage.Findings.ApplyAsync(Make.Result(), null, _ => rule, Token)).Closed);
    }

    [Fact]
    public async Task A_rule_closes_what_it_covers_and_its_audit_line_is_seen_from_the_finding()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var (mine, other) = (Make.Finding("i-1", Make.Google, Make.T0), Make.Finding("i-2", Make.Quad9, Make.T0, provider: "Quad9"));
        await storage.Findings.ApplyAsync(Make.Result(mine, other), null, Uncovered, Token);
        var (rule, audit) = await storage.Expected.AddAsync(new ExpectedTarget { Action = ExpectedAction.Expected, Prefixes = [IpPrefix.Single(Make.Google)], Reason = "ours" }, mine.Id, "ana", Token);
        var changes = await storage.Findings.ApplyAsync(Make.Result(other), null, f => f.Id == mine.Id ? rule : null, Token);
        Assert.Equal([mine.Id], changes.Closed);
        var stored = (await storage.Findings.FindAsync(mine.Id, Token))!;
        Assert.Equal((FindingStatus.ClosedExpected, rule.Id), (stored.Status, stored.ExpectedTargetId));
        Assert.Equal([audit], (await storage.Audit.OfFindingAsync(mine.Id, Token)).Select(e => e.Id));

        var undone = await storage.Audit.UndoAsync(audit, "ana", Token);
        Assert.True(undone.ReevaluationNeeded);
        Assert.NotNull(Assert.Single(await storage.Expected.AllAsync(Token)).DeletedAt);
        Assert.Equal([mine.Id], (await storage.Findings.ApplyAsync(Make.Result(mine, other), null, Uncovered, Token)).Reopened);
        Assert.Equal((FindingStatus.Open, (int?)null), ((await storage.Findings.FindAsync(mine.Id, Token))!.Status, (await storage.Findings.FindAsync(mine.Id, Token))!.ExpectedTargetId));
    }

    [Fact]
    public async Task Rules_change_together_or_not_at_all_and_one_undo_takes_it_back()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        static ExpectedTarget Rule(FlowLogs.IpAddress address) => new() { Action = ExpectedAction.Expected, Prefixes = [IpPrefix.Single(address)], Reason = "ours" };
        async Task<IEnumerable<int>> InForceAsync() => (await storage.Expected.AllAsync(Token)).Where(r => r.DeletedAt is null).Select(r => r.Id).Order();
        var (old, _) = await storage.Expected.AddAsync(Rule(Make.Google), null, "ana", Token);

        var (added, audit) = await storage.Expected.ChangeAsync(new([Rule(Make.Quad9), Rule(Make.Google)], [old.Id], "expected.import", "from rules.csv"), "ana", Token);
        Assert.Equal(added.Select(r => r.Id).Order(), await InForceAsync());
        await Assert.ThrowsAsync<ArgumentException>(() => storage.Expected.ChangeAsync(new([Rule(Make.Quad9)], [old.Id], "expected.import", "again"), "ana", Token));
        Assert.Equal(added.Select(r => r.Id).Order(), await InForceAsync());

        Assert.True((await storage.Audit.UndoAsync(audit, "ben", Token)).ReevaluationNeeded);
        Assert.Equal([old.Id], await InForceAsync());
    }

    [Fact]
    public async Task An_evaluation_of_a_scope_leaves_the_rest_alone()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var (a, b, c) = (Make.Finding("i-1", Make.Google, Make.T0), Make.Finding("i-2", Make.Quad9, Make.T0, provider: "Quad9"), Make.Finding("i-3", IpAddress.Parse("45.1.2.3"), Make.T0, provider: null));
        await storage.Findings.ApplyAsync(Make.Result(a, b, c), null, Uncovered, Token);
        var scope = new DetectionScope(new HashSet<Destination> { new(IpAddress.Parse("45.1.2.3"), DnsTransport.Dns) }, new HashSet<InstanceKey> { new("i-1") });
        Assert.Equal([a.Id, c.Id], (await storage.Findings.ApplyAsync(Make.Result(), scope, Uncovered, Token)).Closed.Order());
        Assert.Equal(FindingStatus.Open, (await storage.Findings.FindAsync(b.Id, Token))!.Status);
    }

    [Fact]
    public async Task A_moved_start_keeps_triage_comments_and_audit_under_the_new_id()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var old = Make.Finding("i-1", Make.Google, Make.T0 + 300);
        await storage.Findings.ApplyAsync(Make.Result(old), null, Uncovered, Token);
        await storage.Findings.AddCommentAsync(old.Id, "ana", "looks odd", Token);
        await storage.Findings.TriageAsync(new(new Dictionary<string, int> { [old.Id] = 1 }, FindingStatus.Acknowledged, Resolution.None, "ana", "ana", ""), Token);
        long audit = (await storage.Audit.OfFindingAsync(old.Id, Token)).Single(e => e.Verb == "finding.acknowledge").Id;

        var moved = Make.Finding("i-1", Make.Google, Make.T0);
        var changes = await storage.Findings.ApplyAsync(Make.Result(moved), null, Uncovered, Token);
        Assert.Equal((0, 1, 0), (changes.Opened.Count, changes.Updated.Count, changes.Closed.Count));
        var twice = Make.Finding("i-1", Make.Google, Make.T0 - 100);
        await storage.Findings.ApplyAsync(Make.Result(twice), null, Uncovered, Token);

        foreach (string id in new[] { old.Id, moved.Id, twice.Id })
        {
            var stored = (await storage.Findings.FindAsync(id, Token))!;
            Assert.Equal((twice.Id, FindingStatus.Acknowledged, "ana"), (stored.Finding.Id, stored.Status, stored.Assignee));
            Assert.Equal(["looks odd"], (await storage.Findings.CommentsAsync(id, Token)).Select(c => c.Text));
            Assert.Equal(2, (await storage.Audit.OfFindingAsync(id, Token)).Count);
        }
        Assert.Equal(new[] { moved.Id, old.Id }.Order(StringComparer.Ordinal), (await storage.Findings.FindAsync(twice.Id, Token))!.Supersedes);
        Assert.Single((await storage.Findings.QueryAsync(new(), Token)).Rows);

        var undone = await storage.Audit.UndoAsync(audit, "ben", Token);
        Assert.Equal([twice.Id], undone.Restored);
        Assert.Equal(FindingStatus.Open, (await storage.Findings.FindAsync(old.Id, Token))!.Status);
    }

    [Fact]
    public async Task A_later_episode_of_the_same_group_is_a_finding_of_its_own()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var first = Make.Finding("i-1", Make.Google, Make.T0);
        await storage.Findings.ApplyAsync(Make.Result(first), null, Uncovered, Token);
        var second = Make.Finding("i-1", Make.Google, Make.T0 + 50 * 86_400);
        Assert.Equal([second.Id], (await storage.Findings.ApplyAsync(Make.Result(first, second), null, Uncovered, Token)).Opened);
        var siblings = await storage.Findings.SiblingsAsync(first.Id, 10, Token);
        Assert.Equal([second.Id], siblings.Select(s => s.Id));
    }

    [Fact]
    public async Task Counts_and_instance_columns_follow_every_change()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        await storage.Contacts.CommitAsync([Make.Object("a", Make.Batch(7, ("i-1", Make.Google, Make.T0), ("i-2", Make.Google, Make.T0)))], Token);
        var (a, b, hidden) = (Make.Finding("i-1", Make.Google, Make.T0, severity: 75), Make.Finding("i-1", Make.Quad9, Make.T0, provider: "Quad9"), Make.Finding("i-2", Make.Google, Make.T0, severity: 20, reported: false));
        await storage.Findings.ApplyAsync(Make.Result(a, b, hidden), null, Uncovered, Token);
        var counts = await storage.Findings.CountAsync(Token);
        Assert.Equal((2, 1), (counts.Open, counts.Unreported));
        Assert.Equal(1, counts.OpenByBand[SeverityBand.High]);
        var instance = (await storage.Instances.FindAsync("i-1", Token))!;
        Assert.Equal((2, 75), (instance.OpenFindings, instance.MaxSeverity));
        Assert.Equal(0, (await storage.Instances.FindAsync("i-2", Token))!.OpenFindings);

        await storage.Findings.TriageAsync(Close(a.Id, 1), Token);
        counts = await storage.Findings.CountAsync(Token);
        Assert.Equal((1, 1), (counts.Open, counts.ByStatus[FindingStatus.Closed]));
        instance = (await storage.Instances.FindAsync("i-1", Token))!;
        Assert.Equal((1, 50), (instance.OpenFindings, instance.MaxSeverity));
        Assert.Equal(1, (await storage.Findings.QueryAsync(new(), Token)).Total);
        Assert.Equal(3, (await storage.Findings.QueryAsync(new() { Statuses = [], IncludeUnreported = true }, Token)).Total);
        Assert.Equal(2, (await storage.Findings.OfInstanceAsync("i-1", 10, Token)).Count);
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gap_or_overlap_in_every_order()
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var random = new Random(5);
        var findings = Enumerable.Range(0, 47).Select(i => Make.Finding($"i-{i % 7}", IpAddress.FromIPv4(0x2D000000u + (uint)i), Make.T0 + random.Next(5), random.Next(10, 89), provider: null) with { Count = random.Next(3) }).ToArray();
        await storage.Findings.ApplyAsync(Make.Result(findings), null, Uncovered, Token);
        foreach (var sort in Enum.GetValues<FindingSort>())
        {
            foreach (bool descending in new[] { true, false })
            {
                var seen = new List<FindingRow>();
                for (int skip = 0; skip < 60; skip += 10) seen.AddRange((await storage.Findings.QueryAsync(new() { Sort = sort, Descending = descending, Skip = skip, Take = 10 }, Token)).Rows);
                Assert.Equal(47, seen.Select(r => r.Id).Distinct().Count());
                Assert.Equal(47, seen.Count);
                var keys = seen.Select(r => sort switch { FindingSort.Severity => r.Severity, FindingSort.FirstContact => r.First, FindingSort.LastContact => r.Last, FindingSort.Count => r.Count, FindingSort.DetectedAt => r.DetectedAt, _ => 0L }).ToList();
                Assert.Equal(descending ? keys.OrderDescending() : keys.Order(), keys);
            }
        }
        var filtered = await storage.Findings.QueryAsync(new() { Bands = [SeverityBand.High], Statuses = [FindingStatus.Open], Types = [UnusualDnsResolver.Type], Transports = [DnsTransport.Dns] }, Token);
        Assert.Equal(findings.Count(f => f.Severity >= 70), filtered.Total);
        Assert.Equal(filtered.Total, filtered.Rows.Count);
        Assert.Equal(47, (await storage.Findings.QueryAsync(new() { Statuses = [FindingStatus.Open, FindingStatus.Closed] }, Token)).Total);
    }

    [Theory]
    [InlineData("100%", "i-100%", 1)]
    [InlineData("a_b", "i-a_b", 1)]
    [InlineData("a_b", "i-axb", 0)]
    [InlineData("\\", "i-back\\slash", 1)]
    [InlineData("'; DROP TABLE findings; --", "i-'; drop table findings; --", 1)]
    [InlineData("<SCRIPT>", "i-<script>alert(1)</script>", 1)]
    [InlineData("\u202e", "i-\u202eevil", 1)]
    public async Task Hostile_text_is_text(string filter, string instance, int expected)
    {
        await using var storage = await StorageFixture.CreateAsync(provider);
        var finding = Make.Finding(instance, Make.Google, Make.T0);
        await storage.Findings.ApplyAsync(Make.Result(finding), null, Uncovered, Token);
        var page = await storage.Findings.QueryAsync(new() { Text = filter }, Token);
        Assert.Equal((expected, expected), (page.Total, page.Rows.Count));
        string comment = "=cmd|' /C calc'!A0 <img src=x onerror=alert(1)> \u202e" + new string('x', 10_000);
        await storage.Findings.AddCommentAsync(finding.Id, instance, comment, Token);
        Assert.Equal((instance, comment), ((await storage.Findings.CommentsAsync(finding.Id, Token))[0].Author, (await storage.Findings.CommentsAsync(finding.Id, Token))[0].Text));
        Assert.Equal(instance, (await storage.Findings.FindAsync(finding.Id, Token))!.Finding.Subject.Id);
    }
}
