using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;
using Wayward.Core.Timeline;
using Wayward.Core.Triage;
using Wayward.Testing;

namespace Wayward.Core.Tests.Timeline;

public sealed class ResolverStatesTests
{
    private static ResolverStates Of(Action<WorldInstance> describe, IReadOnlyList<ExpectedTarget>? rules = null)
    {
        var world = new World(60);
        describe(world.Instance("one"));
        return ResolverStates.Of(InstanceTimeline.Build(new()
        {
            History = world.Ledger().Instances.Values.Single(), Catalog = world.Catalog, Expected = rules ?? [], From = World.At(0), To = World.At(60), Resolution = TimelineResolution.Day, MaxStart = World.At(60),
        }), 14 * UnixTime.DaySeconds);
    }

    private static IEnumerable<ResolverState> Order(ResolverStates states) => states.Stretches.Select(s => s.State);

    [Fact]
    public void An_instance_without_visible_DNS_is_presumed_to_use_Amazons_resolver_all_the_time()
    {
        var states = Of(_ => { });
        Assert.Equal([ResolverState.Presumed], Order(states));
        Assert.Empty(states.Switches);
        Assert.Equal((World.At(0), World.At(60)), (states.Stretches[0].From, states.Stretches[0].To));
    }

    [Fact]
    public void A_first_public_resolver_is_a_switch_that_names_it_and_becomes_known_after_the_learning_time()
    {
        var states = Of(one => one.Asks("8.8.8.8").Daily(40.5));
        Assert.Equal([ResolverState.Presumed, ResolverState.New, ResolverState.Known], Order(states));
        Assert.Equal((World.At(40), ResolverState.Presumed, ResolverState.New), (states.Switches[0].At, states.Switches[0].Before, states.Switches[0].After));
        Assert.Equal("8.8.8.8", Assert.Single(states.Switches[0].Because).Destination.Address.ToString());
        Assert.Equal(World.At(55), states.Switches[1].At);
    }

    [Fact]
    public void What_began_while_learning_is_known_and_encrypted_DNS_alone_is_told_apart()
    {
        Assert.Equal([ResolverState.Known], Order(Of(one => one.Asks("9.9.9.9").Daily())));
        Assert.Equal([ResolverState.EncryptedOnly], Order(Of(one => one.Asks("1.1.1.1", DnsTransport.DoT).Daily())));
        Assert.Equal([ResolverState.Known, ResolverState.EncryptedOnly], Order(Of(one => { one.Asks("9.9.9.9").Daily(0.1, 30); one.Asks("1.1.1.1", DnsTransport.DoT).Daily(); })));
    }

    [Fact]
    public void A_gap_in_the_data_is_no_data_and_no_switch()
    {
        var states = Of(one => one.Runs(0, 20).Runs(25).Asks("9.9.9.9").Daily(0.1, 20));
        Assert.Equal([ResolverState.Known, ResolverState.NoData, ResolverState.Presumed], Order(states));
        Assert.Equal(World.At(25), Assert.Single(states.Switches).At);
    }

    [Fact]
    public void What_a_rule_expects_is_known_from_its_first_contact_on()
    {
        ExpectedTarget rule = new() { Id = 1, Action = ExpectedAction.Expected, Prefixes = [IpPrefix.Parse("8.8.8.8")], Reason = "agreed" };
        Assert.Equal([ResolverState.Presumed, ResolverState.Known], Order(Of(one => one.Asks("8.8.8.8").Daily(40.5), [rule])));
    }
}
