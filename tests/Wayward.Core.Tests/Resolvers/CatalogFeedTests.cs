using Wayward.Core.Resolvers;
using Wayward.FlowLogs;

namespace Wayward.Core.Tests.Resolvers;

public sealed class CatalogFeedTests
{
    private const long Day = 86_400, Start = 20_000 * Day;
    private static readonly TimeSpan Learning = TimeSpan.FromDays(7), Hold = TimeSpan.FromDays(30);

    private static IReadOnlyList<CatalogEntry> Feed(params string[] addresses) => addresses.Length == 0 ? [] : CatalogFile.Parse(string.Join('\n', addresses), "feed").Entries;

    private static IReadOnlyList<CatalogEntry> Update(IReadOnlyList<CatalogEntry> before, IEnumerable<CatalogEntry> current, long now) => CatalogFeed.Update(before, current, now, Learning, Hold);

    [Fact]
    public void A_new_entry_trains_for_the_learning_time_unless_its_port_is_recorded_anyway()
    {
        var first = Update([], Feed("192.88.1.1", "192.88.1.2#dns.example"), Start);
        Assert.All(first.Where(e => e.Port == 443), e => Assert.Equal(Start + 7 * Day, e.AlertsFrom));
        Assert.All(first.Where(e => e.Port is 53 or 853), e => Assert.Equal(0, e.AlertsFrom));
        Assert.All(first, e => Assert.Equal((0, long.MaxValue, Start), (e.ValidFrom, e.ValidTo, e.LastConfirmed)));
    }

    [Fact]
    public void An_entry_that_vanishes_gets_its_day_and_one_that_returns_within_the_hold_is_unbroken()
    {
        var first = Update([], Feed("192.88.1.1"), Start);
        var gone = Update(first, Feed(), Start + 10 * Day);
        Assert.All(gone, e => Assert.Equal(Start + 10 * Day, e.ValidTo));
        var still = Update(gone, Feed(), Start + 20 * Day);
        Assert.All(still, e => Assert.Equal(Start + 10 * Day, e.ValidTo));
        var back = Update(still, Feed("192.88.1.1"), Start + 40 * Day - 1);
        Assert.All(back, e => Assert.Equal((0, long.MaxValue, Start + 7 * Day), (e.ValidFrom, e.ValidTo, e.AlertsFrom)));
    }

    [Fact]
    public void One_that_returns_after_the_hold_starts_anew()
    {
        var gone = Update(Update([], Feed("192.88.1.1"), Start), Feed(), Start + 10 * Day);
        var back = Update(gone, Feed("192.88.1.1"), Start + 40 * Day);
        Assert.All(back, e => Assert.Equal((Start + 40 * Day, long.MaxValue, Start + 47 * Day), (e.ValidFrom, e.ValidTo, e.AlertsFrom)));
    }

    [Fact]
    public void Entries_with_a_recorded_past_alert_at_once()
    {
        var first = Update([], Feed("192.88.1.1", "192.88.1.0/30"), Start);
        Assert.All(first, e => Assert.Equal(Start + 7 * Day, e.AlertsFrom));
        Assert.All(CatalogFeed.Rescanned(first), e => Assert.Equal(0, e.AlertsFrom));
    }

    [Fact]
    public void Churn_of_a_public_list_never_ends_an_entry_that_is_back_within_the_hold()
    {
        int seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        string[] all = [.. Enumerable.Range(1, 200).Select(i => $"192.88.{i / 100}.{i % 100}")];
        IReadOnlyList<CatalogEntry> state = Update([], Feed(all), Start);
        var lastSeen = all.ToDictionary(a => a, _ => Start);
        for (int day = 1; day <= 120; day++)
        {
            long now = Start + day * Day;
            string[] today = [.. all.Where(_ => random.Next(3) > 0)];
            state = Update(state, Feed(today), now);
            foreach (string address in today)
            {
                var entry = state.First(e => e.Prefix == IpPrefix.Parse(address));
                Assert.Equal(long.MaxValue, entry.ValidTo);
                // Away for the hold or longer begins a new life; anything shorter leaves the old one.
                if (now - lastSeen[address] <= 30 * Day) Assert.True(entry.ValidFrom <= lastSeen[address]);
                lastSeen[address] = now;
            }
        }
    }

    [Fact]
    public void A_copied_list_adds_neither_old_acquaintances_nor_shared_ranges_nor_relays()
    {
        var file = CatalogFile.Parse("8.8.8.8\n9.9.9.9\n103.2.57.5\n104.21.49.234\n172.67.195.148\n17.248.131.4\n192.88.1.1\n", "list");
        var diff = CatalogImport.Diff(ResolverCatalog.Shipped, file);
        Assert.Equal(["192.88.1.1"], diff.Added.Select(e => e.Prefix.ToString()).Distinct());
        Assert.Equal(["103.2.57.5", "8.8.8.8", "9.9.9.9"], diff.Known.Select(e => e.Prefix.ToString()).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(2, diff.Shared.Select(e => e.Prefix).Distinct().Count());
        Assert.Single(diff.Relays.Select(e => e.Prefix).Distinct());
        Assert.Empty(diff.Changed);
    }

    [Fact]
    public void An_own_file_may_override_what_is_known_and_a_second_import_changes_nothing()
    {
        var catalog = ResolverCatalog.Shipped;
        var own = CatalogFile.Parse("wayward-catalog 1\nversion: 1\n[Mine]\nsource: ticket 12\n104.21.49.234 doh D dns.mine.example\n", "own");
        var diff = CatalogImport.Diff(catalog, own);
        Assert.Single(diff.Added);
        var with = catalog.With(own);
        Assert.Equal("Mine", with.FindEndpoint(IpAddress.Parse("104.21.49.234"), 6, 443)?.Provider);
        Assert.Same(with, with.With(own));
    }

    [Fact]
    public void A_further_port_of_a_known_server_keeps_its_name_and_tier()
    {
        var file = CatalogFile.Parse("## quad9-dnscrypt\nsdns://AQMAAAAAAAAADTkuOS45LjEzOjg0NDMgZ8hHuMh1jNEgJFVDvnVnRt803x2EwAuMRwNo34Idhj4ZMi5kbnNjcnlwdC1jZXJ0LnF1YWQ5Lm5ldA", "stamps");
        var with = ResolverCatalog.Shipped.With(file);
        var entry = with.FindEndpoint(IpAddress.Parse("9.9.9.13"), 17, 8443);
        Assert.Equal(("Quad9", CatalogTier.Dedicated), (entry?.Provider, entry!.Tier));
    }
}
