using Wayward.Core.Contacts;
using Wayward.Core.Detection;
using Wayward.FlowLogs;
using Wayward.Testing;

namespace Wayward.Core.Tests.Detection;

/// <summary>How much of the data can be evaluated, and what is said when it is too little.</summary>
public sealed class BlindnessTests
{
    private static BlindnessMeter Of(World world) => world.Evaluate().Blindness;

    private static string Text(BlindnessMeter meter) => string.Join(' ', meter.Rows.Select(r => $"{r.Account}/{r.Vpc} {r.Hours}: {string.Join(',', r.Blind.Select(b => $"{b.Key.Name()}={b.Value}"))}"));

    [Fact]
    public void The_first_week_of_an_instance_alone_cannot_be_evaluated()
    {
        var world = new World(days: 28);
        world.Instance("web-1");
        var meter = Of(world);
        Assert.Equal("111122223333/vpc-00000001 672: learning=168", Text(meter));
        Assert.Equal(0.25, meter.Share);
        Assert.Contains("25 % of 672 instance-hours of account 111122223333 cannot be evaluated: 25 % instances younger than the learning time", Assert.Single(meter.Notices()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_notice_comes_above_a_fifth_of_the_hours_and_not_at_it()
    {
        var world = new World(days: 35);
        world.Instance("web-1");
        Assert.Equal(0.2, Of(world).Share);
        Assert.Empty(Of(world).Notices());
    }

    [Fact]
    public void A_mature_group_evaluates_a_young_member_from_its_first_hour()
    {
        var world = new World(days: 40);
        for (int i = 0; i < 4; i++) world.Instance($"old-{i}").InAsg("web");
        world.Instance("young").InAsg("web").Runs(30);
        // Each of the four learns for a week; the young one does not.
        Assert.Equal($"111122223333/vpc-00000001 {4 * 960 + 240}: learning={4 * 168}", Text(Of(world)));
        world.Options = world.Options with { Cohorts = false };
        Assert.Equal($"111122223333/vpc-00000001 {4 * 960 + 240}: learning={5 * 168}", Text(Of(world)));
    }

    [Fact]
    public void Hours_without_a_record_count_as_long_as_the_instance_goes_on()
    {
        var world = new World(days: 40);
        world.Instance("web-1").Runs(0, 20).Runs(25, 40);
        Assert.Equal("111122223333/vpc-00000001 960: learning=168,no-coverage=120", Text(Of(world)));
    }

    [Fact]
    public void Interfaces_of_services_and_records_without_a_side_are_counted_by_the_hour()
    {
        var world = new World(days: 20);
        var web = world.Instance("web-1");
        for (int hour = 0; hour < 30; hour++)
        {
            var line = web.Line(hour / 24.0 + 0.001, "8.8.8.8", 53);
            // Twice in an hour is one hour.
            foreach (int second in new[] { 0, 60 })
            {
                world.Add(line with { Start = line.Start + second, End = line.End + second, Interface = "eni-0nat", Instance = null });
                world.Add(line with { Start = line.Start + second, End = line.End + second, Source = "2600:1f18::1", Destination = "2001:4860:4860::8888", Direction = FlowDirection.Unknown });
            }
        }
        Assert.Equal("111122223333/vpc-00000001 510: learning=168,service-interface=30,unresolved-side=30", Text(Of(world)));
        string notice = Assert.Single(Of(world).Notices());
        Assert.Contains("add flow logs of the subnets of the instances", notice, StringComparison.Ordinal);
        Assert.Contains("add flow-direction to the format", notice, StringComparison.Ordinal);
    }

    [Fact]
    public void Accounts_are_told_apart()
    {
        var world = new World(days: 60);
        world.Instance("old").InAccount("111111111111");
        world.Instance("new").InAccount("222222222222").InVpc("vpc-2").Runs(57);
        Assert.Equal("111111111111/vpc-00000001 1440: learning=168 222222222222/vpc-2 72: learning=72", Text(Of(world)));
        Assert.StartsWith("100 % of 72 instance-hours of account 222222222222", Assert.Single(Of(world).Notices()), StringComparison.Ordinal);
    }
}
