using System.Net;
using Wayward.Web.Access;
using Wayward.Web.Tests.Hosting;

namespace Wayward.Web.Tests.Access;

/// <summary>How often one address may fail.</summary>
public sealed class AttemptCounterTests
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Of_forty_bad_tokens_sent_at_once_five_are_looked_at()
    {
        await using var host = await TestHost.StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => host.Anonymous.GetAsync($"/sign-in?token={i}", TestContext.Current.CancellationToken)));
        Assert.Equal(5, answers.Count(a => a.StatusCode == HttpStatusCode.Unauthorized));
        Assert.Equal(35, answers.Count(a => a.StatusCode == HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public void Failures_from_sixty_thousand_addresses_lift_no_block()
    {
        var counter = new AttemptCounter(5, Window, 50_000, new SetTime());
        for (int i = 0; i < 5; i++) Assert.True(counter.TryTake("blocked"));
        for (int i = 0; i < 60_000; i++) counter.TryTake($"a{i}");
        Assert.False(counter.TryTake("blocked"));
    }

    [Fact]
    public void While_every_counted_address_is_blocked_all_others_share_one_count_until_the_window_is_over()
    {
        var time = new SetTime();
        var counter = new AttemptCounter(5, Window, 100, time);
        for (int i = 0; i < 100; i++)
            for (int k = 0; k < 5; k++) Assert.True(counter.TryTake($"a{i}"));
        Assert.Equal(5, Enumerable.Range(0, 50).Count(i => counter.TryTake($"b{i}")));
        Assert.False(counter.TryTake("a7"));
        time.Now += Window;
        Assert.True(counter.TryTake("a7"));
        Assert.True(counter.TryTake("new"));
    }

    [Fact]
    public void A_success_gives_back_its_own_attempt_and_no_failure()
    {
        var counter = new AttemptCounter(2, Window, 100, new SetTime());
        Assert.True(counter.TryTake("a"));
        for (int i = 0; i < 10; i++)
        {
            Assert.True(counter.TryTake("a"));
            counter.GiveBack("a");
        }
        Assert.True(counter.TryTake("a"));
        Assert.False(counter.TryTake("a"));
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64")]
    public void Attempts_are_counted_by_IPv4_address_and_by_64_bits_of_an_IPv6_address(string address, string key) => Assert.Equal(key, Refusals.KeyOf(IPAddress.Parse(address)));

    private sealed class SetTime : TimeProvider
    {
        public TimeSpan Now { get; set; } = TimeSpan.FromDays(1);
        public override long GetTimestamp() => Now.Ticks;
        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    }
}
