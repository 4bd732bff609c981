using System.Text;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;
using Wayward.Core.Triage.Exchange;
using Wayward.Testing;

namespace Wayward.Core.Tests.Triage;

public sealed class RuleFileTests
{
    private static readonly ListDefaults Defaults = new("trusted", "net team", "NET-1", World.At(90));

    private static readonly ExpectedTarget[] Rules =
    [
        new() { Id = 4, Action = ExpectedAction.Expected, Prefixes = [IpPrefix.Parse("8.8.8.8"), IpPrefix.Parse("2001:db8::/32")], Providers = ["A; B \\ C"], Transports = [DnsTransport.Dns, DnsTransport.DoH3], Ports = [53, 5353], Scope = new() { Cohorts = ["asg:web"], Accounts = ["111122223333"] }, ValidFrom = World.At(1), ValidTo = World.At(80), Owner = "=cmd()", Reason = "line one\r\nline \"two\", and\tmore", Ticket = "'quoted" },
        new() { Id = 2, Action = ExpectedAction.Forbid, Tiers = [CatalogTier.Shared], Scope = new() { Instances = ["i-1"], Interfaces = ["eni-1"], Roles = ["serves-dns"], Subnets = ["subnet-1"], Vpcs = ["vpc-1"] }, Reason = "größer als", Owner = "'=x" },
        new() { Id = 9, Action = ExpectedAction.Expected, Prefixes = [IpPrefix.Parse("9.9.9.9")], Reason = "@home" },
    ];

    [Theory]
    [InlineData(RuleFormat.Json)]
    [InlineData(RuleFormat.Csv)]
    public void What_is_written_is_read_back_without_a_difference_and_gives_the_same_bytes_in_any_order(RuleFormat format)
    {
        byte[] bytes = RuleFile.Write(Rules, format);
        Assert.Equal(bytes, RuleFile.Write(Rules.Reverse(), format));
        var content = RuleFile.Read(bytes, Defaults);
        Assert.Empty(content.Faults);
        var diff = RuleDiff.Of(Rules, content.Rules, World.At(2));
        Assert.True(diff.IsEmpty, string.Join(", ", diff.Changed.SelectMany(c => c.What)));
        Assert.Equal(3, diff.Unchanged);
        Assert.Equal(bytes, RuleFile.Write(content.Rules, format));
    }

    [Fact]
    public void A_list_of_addresses_is_one_rule_with_the_reason_owner_and_end_that_were_given()
    {
        var content = RuleFile.Read("# trusted\r\n198.51.100.7\n198.51.100.0/24 # office\n\n198.51.100.7\n"u8, Defaults);
        var rule = Assert.Single(content.Rules);
        Assert.Equal(["198.51.100.7", "198.51.100.0/24"], rule.Prefixes.Select(p => p.ToString()));
        Assert.Equal(("trusted", "net team", "NET-1", World.At(90), true), (rule.Reason, rule.Owner, rule.Ticket, rule.ValidTo!.Value, rule.Scope.IsEverywhere));
        Assert.Equal(1, content.Repeated);
    }

    [Fact]
    public void Rules_that_repeat_another_of_the_file_are_counted_and_taken_once()
    {
        var content = RuleFile.Read(RuleFile.Write([Rules[2], Rules[2] with { Owner = "other" }], RuleFormat.Json), Defaults);
        Assert.Equal((1, 1), (content.Rules.Count, content.Repeated));
    }

    [Fact]
    public void The_differences_name_what_is_new_changed_and_missing()
    {
        ExpectedTarget[] file = [Rules[0] with { Owner = "someone", ValidTo = World.At(85) }, new() { Action = ExpectedAction.Expected, Prefixes = [IpPrefix.Parse("1.1.1.1")], Reason = "new" }];
        var diff = RuleDiff.Of([.. Rules, Rules[2] with { Id = 10, DeletedAt = 1, Prefixes = [IpPrefix.Parse("1.1.1.1")] }], file, World.At(2));
        Assert.Equal("1.1.1.1", Assert.Single(diff.Added).Prefixes[0].ToString());
        Assert.Equal(["to", "owner"], Assert.Single(diff.Changed).What);
        Assert.Equal([2, 9], diff.Missing.Select(r => r.Id));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("not an address\n", "1:")]
    [InlineData("{\"schema\":\"other/1\",\"rules\":[]}", "schema")]
    [InlineData("{\"schema\":\"wayward.expected/1\",\"rules\":[", "cannot be read")]
    [InlineData("{\"schema\":\"wayward.expected/1\",\"rules\":[null]}", "not a rule")]
    [InlineData("{\"schema\":\"wayward.expected/1\",\"rules\":[{\"targets\":[null],\"reason\":\"x\"}]}", "not a rule")]
    [InlineData("{\"schema\":\"wayward.expected/1\",\"rules\":[{\"targets\":null,\"reason\":\"x\"}]}", "cannot be read")]
    [InlineData("{\"schema\":\"wayward.expected/1\",\"rules\":[{\"surprise\":1}]}", "cannot be read")]
    [InlineData("{\"schema\":\"wayward.expected/1\",\"rules\":[{\"targets\":[\"8.8.8.8\"]}]}", "reason is required")]
    [InlineData("{\"schema\":\"wayward.expected/1\",\"rules\":[{\"reason\":\"x\"}]}", "switch detection off")]
    [InlineData("action,targets,colour\n", "no column 'colour'")]
    [InlineData("action,targets,reason\nexpected,8.8.8.8\n", "2 values")]
    [InlineData("action,targets,reason,ports\nexpected,8.8.8.8,x,many\n", "'many' is not a port")]
    [InlineData("action,targets,reason,to\nexpected,8.8.8.8,x,2027-01-01T00:30:00Z\n", "whole hour")]
    [InlineData("action,targets,reason,scope\nexpected,8.8.8.8,x,planet:earth\n", "is not a scope")]
    [InlineData("action,targets,reason\nallow,8.8.8.8/33,x\n", "The action is 'allow'")]
    public void A_file_with_a_fault_gives_no_rule_and_says_where_it_is(string text, string said)
    {
        var content = RuleFile.Read(Encoding.UTF8.GetBytes(text), Defaults with { Reason = "x" });
        Assert.Empty(content.Rules);
        Assert.Contains(content.Faults, f => $"{f.Line}: {f.Text}".Contains(said, StringComparison.Ordinal));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_refused() => Assert.Contains("UTF-8", Assert.Single(RuleFile.Read([0xFF, 0xFE, 0x00], Defaults).Faults).Text, StringComparison.Ordinal);
}
