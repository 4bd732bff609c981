using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Wayward.Core.Detection;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;
using Wayward.Engine.Detection;
using Wayward.Engine.Loops;
using Wayward.Engine.Notifications;
using Wayward.Engine.Resolvers;
using Wayward.Engine.Tests.Fakes;

namespace Wayward.Engine.Tests.Resolvers;

public sealed class CatalogStoreTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly IpAddress Added = IpAddress.Parse("192.88.1.1");
    private readonly TempFolder _folder = new();
    private readonly TestTime _time = new(Start);

    public void Dispose() => _folder.Dispose();

    private CatalogStore Store() => new(_folder.Path("catalog"), DetectionOptions.Default, _time);

    private static CatalogFile File(string text) => CatalogFile.Parse(text, "list");

    private static CatalogEntry? Find(CatalogStore store, IpAddress? address = null) => store.Current.FindEndpoint(address ?? Added, 6, 443);

    [Fact]
    public void Ending_the_training_keeps_what_another_process_added_meanwhile_in_training()
    {
        var rescan = Store();
        rescan.Import("mine", File("192.88.1.1\n"));
        var looked = rescan.Additions.Single().Entries.Select(e => e.Id).ToHashSet();
        _time.Advance(TimeSpan.FromHours(1));
        Store().Import("mine", File("192.88.1.1\n192.88.1.2\n"));

        _time.Advance(TimeSpan.FromHours(1));
        rescan.EndTraining("mine", looked);
        Assert.Equal(0, Find(rescan)?.AlertsFrom);
        Assert.Equal(Start.AddDays(7).AddHours(1).ToUnixTimeSeconds(), Find(rescan, IpAddress.Parse("192.88.1.2"))?.AlertsFrom);
    }

    [Fact]
    public void Without_a_folder_it_is_the_shipped_catalogue() => Assert.Equal(ResolverCatalog.Shipped.Hash, Store().Current.Hash);

    [Fact]
    public void What_is_imported_trains_first_and_is_still_there_after_a_restart()
    {
        var store = Store();
        var diff = store.Import("mine", File("192.88.1.1\n8.8.8.8\n104.21.49.234\n"));
        Assert.Equal((2, 2, 2), (diff.Added.Count, diff.Known.Count, diff.Shared.Count));
        long first = Start.AddDays(7).ToUnixTimeSeconds();
        Assert.Equal(first, Find(store)?.AlertsFrom);
        Assert.NotEqual(ResolverCatalog.Shipped.Hash, store.Current.Hash);

        _time.Advance(TimeSpan.FromDays(2));
        var again = Store();
        Assert.Equal(store.Current.Hash, again.Current.Hash);
        again.Import("mine", File("192.88.1.1\n"));
        Assert.Equal(first, Find(again)?.AlertsFrom);
        again.EndTraining("mine");
        Assert.Equal(0, Find(again)?.AlertsFrom);
    }

    [Fact]
    public void An_entry_that_left_its_feed_is_held_and_does_not_shadow_one_that_is_in_force()
    {
        var store = Store();
        store.Import("feed", File("192.88.1.1\n192.88.1.2\n"));
        _time.Advance(TimeSpan.FromDays(10));
        store.Import("feed", File("192.88.1.2\n"));
        Assert.Equal(Start.AddDays(10).ToUnixTimeSeconds(), Find(store)?.ValidTo);
        Assert.Equal(2, store.Additions.Single().Retained);
        store.Import("other", File("wayward-catalog 1\nversion: 1\n[Mine]\nsource: ticket 1\n192.88.1.0/24 doh A\n"));
        Assert.Equal(("Mine", long.MaxValue), (Find(store)?.Provider, Find(store)!.ValidTo));
    }

    [Fact]
    public void A_broken_file_says_why_and_leaves_its_last_good_reading_in_force()
    {
        var store = Store();
        store.Import("feed", File("192.88.1.1\n"));
        string path = _folder.Write("catalog/feed.txt", "wayward-catalog 1\nversion: 1\n[P]\nsource: s\n192.88.1.1 smtp A\n");
        System.IO.File.SetLastWriteTimeUtc(path, Start.AddHours(1).UtcDateTime);
        Assert.False(store.Reload());
        Assert.Contains("feed.txt:5:", store.Additions.Single().Error, StringComparison.Ordinal);
        Assert.NotNull(Find(store));
    }

    [Fact]
    public void A_file_dropped_into_the_folder_is_taken_up_and_one_taken_away_is_gone()
    {
        var store = Store();
        string path = _folder.Write("catalog/dropped.txt", "# a list\n192.88.1.1\n");
        System.IO.File.SetLastWriteTimeUtc(path, Start.UtcDateTime);
        Assert.True(store.Reload());
        Assert.False(store.Reload());
        Assert.Equal(Start.AddDays(7).ToUnixTimeSeconds(), Find(store)?.AlertsFrom);
        System.IO.File.Delete(path);
        Assert.True(store.Reload());
        Assert.Null(Find(store));
    }

    [Theory]
    [InlineData(""), InlineData("../x"), InlineData("a b"), InlineData("con.txt")]
    public void A_name_that_could_leave_the_folder_is_refused(string name) => Assert.Throws<ArgumentException>(() => Store().Import(name, File("192.88.1.1\n")));

    [Theory]
    [InlineData("http://example.com/list"), InlineData("ftp://example.com/list"), InlineData("https://user:word@example.com/"), InlineData("file:///etc/passwd"), InlineData("")]
    public void Only_https_loopback_and_files_are_fetched(string location) => Assert.NotNull(CatalogFetcher.Refusal(location));

    [Fact]
    public async Task A_feed_is_fetched_when_it_is_due_and_a_change_wakes_the_evaluation()
    {
        await using var server = new OneListServer { Body = "192.88.1.1\n" };
        var trigger = new CountingTrigger();
        var options = new CatalogOptions { Feeds = [new() { Name = "list", Location = server.Url, Interval = TimeSpan.FromHours(6) }] };
        Assert.Empty(options.Validate());
        using var http = CatalogFetcher.NewClient();
        var store = Store();
        using var watch = new CatalogWatch(store, options, new CatalogFetcher(http), trigger, new SilentNotifier(), new LoopHealth(_time), _time, NullLogger<CatalogWatch>.Instance);
        var cancellation = TestContext.Current.CancellationToken;

        await watch.PollAsync(cancellation);
        Assert.NotNull(Find(store));
        Assert.Equal((1, 1), (server.Requests, trigger.Signals));
        await watch.PollAsync(cancellation);
        Assert.Equal(1, server.Requests);

        _time.Advance(TimeSpan.FromHours(6));
        await watch.PollAsync(cancellation);
        Assert.Equal((2, 1), (server.Requests, trigger.Signals));

        server.Status = "503 Busy";
        _time.Advance(TimeSpan.FromHours(6));
        await watch.PollAsync(cancellation);
        Assert.NotNull(Find(store));
        Assert.Equal((3, 1), (server.Requests, trigger.Signals));

        server.Status = "200 OK";
        server.Body = "192.88.1.2\n";
        _time.Advance(TimeSpan.FromMinutes(15));
        await watch.PollAsync(cancellation);
        Assert.Equal(2, trigger.Signals);
        Assert.NotEqual(long.MaxValue, Find(store)?.ValidTo);
        Assert.NotNull(Find(store, IpAddress.Parse("192.88.1.2")));
    }

    private const string Own = "wayward-catalog 1\nversion: 1\n[Feed]\nsource: https://feed.example\n";

    /// <summary>A shipped endpoint of tier A on 443, whose silence an attacker would want.</summary>
    private static CatalogEntry ShippedA => ResolverCatalog.Shipped.Entries.First(e => e is { Tier: CatalogTier.Dedicated, Port: 443, Protocol: 6 } && e.Prefix is { IsSingle: true } && e.Prefix.Address.IsIPv4);

    [Fact]
    public void A_feed_in_the_own_format_cannot_switch_off_or_overrule_what_ships()
    {
        var store = Store();
        var a = ShippedA;
        var r = ResolverCatalog.Shipped.Entries.First(e => e.Tier == CatalogTier.Authoritative && e.Prefix.Address.IsIPv4);
        string before = store.Current.Hash;
        string[] attacks =
        [
            $"{a.Prefix.Address} doh C", $"{a.Prefix.Address} doh X", $"{a.Prefix.Address} doh A to=2020-01-01", $"{a.Prefix.Address} doh A alerts=2090-01-01",
            $"{IpPrefix.Around(a.Prefix.Address, 96 + 24)} doh X", $"{r.Prefix.Address} dns A",
            $"{a.Prefix.Address} doh D provider={a.Provider.Replace(' ', '_')}",
        ];
        foreach (string line in attacks)
        {
            var (_, review) = store.ImportFeed("evil", CatalogFile.Parse(Own + line + "\n", "feed.txt"));
            Assert.Empty(review.Accepted);
            Assert.NotEmpty(review.Refused);
            Assert.Equal(before, store.Current.Hash);
            Assert.Equal(a, store.Current.FindEndpoint(a.Prefix.Address, 6, 443));
        }
    }

    [Theory]
    [InlineData("0.0.0.0/1", false), InlineData("192.88.0.0/19", false), InlineData("192.88.0.0/20", true), InlineData("2a0e:1::/32", false), InlineData("2a0e:1::/39", false), InlineData("2a0e:1::/40", true)]
    public void A_feed_cannot_name_wide_prefixes(string prefix, bool taken)
    {
        var (_, review) = Store().ImportFeed("wide", CatalogFile.Parse($"{Own}{prefix} doh D\n", "feed.txt"));
        Assert.Equal(taken ? (1, 0) : (0, 1), (review.Accepted.Count, review.Refused.Count));
    }

    [Fact]
    public void What_would_silence_an_endpoint_waits_for_a_person_and_is_named_until_then()
    {
        var store = Store();
        store.Import("mine", CatalogFile.Parse($"{Own}192.88.1.0/24 doh D\n", "mine.txt"));
        store.EndTraining("mine");
        string before = store.Current.Hash;
        var (_, review) = store.ImportFeed("feed", CatalogFile.Parse($"{Own}192.88.1.1 doh X\n192.88.7.7 doh D\n", "feed.txt"));
        Assert.Equal("192.88.7.7", Assert.Single(review.Accepted.Select(e => e.Prefix.Address.ToString()).Distinct()));
        Assert.NotEmpty(review.Waiting);
        Assert.NotNull(store.Current.FindEndpoint(IpAddress.Parse("192.88.1.1"), 6, 443));
        Assert.NotEqual(before, store.Current.Hash);
        var addition = store.Additions.Single(a => a.Name == "feed");
        Assert.Contains("192.88.1.1 would silence", addition.Problem, StringComparison.Ordinal);
        // Another process sees it too, and a person can take it in as it is written.
        Assert.Contains("192.88.1.1 would silence", Store().Additions.Single(a => a.Name == "feed").Problem, StringComparison.Ordinal);
        string waiting = System.IO.File.ReadAllText(_folder.Path("catalog/feed.waiting"));
        store.Import("accepted", CatalogFile.Parse(waiting, "feed.waiting"));
        Assert.Null(store.Current.FindEndpoint(IpAddress.Parse("192.88.1.1"), 6, 443));
        store.ImportFeed("feed", CatalogFile.Parse($"{Own}192.88.7.7 doh D\n", "feed.txt"));
        Assert.Null(store.Additions.Single(a => a.Name == "feed").Problem);
    }

    private sealed class CountingTrigger : IDetectionTrigger
    {
        public int Signals { get; private set; }
        public bool CaughtUp => true;
        public DateTimeOffset? LastRun => null;
        public void Signal() => Signals++;
    }

    private sealed class SilentNotifier : IChangeNotifier
    {
        public IDisposable Subscribe(Func<ChangeKinds, Task> handler) => throw new InvalidOperationException();
        public void Publish(ChangeKinds kinds)
        {
        }
    }

    /// <summary>Answers every request with one list.</summary>
    private sealed class OneListServer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Task _serving;

        public OneListServer()
        {
            _listener.Start();
            _serving = ServeAsync();
        }

        public string Body { get; set; } = "";
        public string Status { get; set; } = "200 OK";
        public int Requests { get; private set; }
        public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/list.txt";

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    await using var stream = client.GetStream();
                    byte[] buffer = new byte[4096];
                    await stream.ReadAtLeastAsync(buffer, 1);
                    Requests++;
                    await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {Status}\r\nContent-Length: {Body.Length}\r\nConnection: close\r\n\r\n{Body}"));
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Stopped.
            }
        }

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _serving;
        }
    }
}
