using Microsoft.Data.Sqlite;
using Wayward.FlowLogs;
using Wayward.Engine.Pipeline;
using Wayward.Engine.Sources;

namespace Wayward.Engine.Tests.Pipeline;

public sealed class IngestFaultPolicyTests
{
    private readonly IngestFaultPolicy _policy = new(new IngestOptions { UnknownTries = 5, ObjectTries = 8, RetryBase = TimeSpan.FromSeconds(5), RetryMaximum = TimeSpan.FromMinutes(15) });

    [Fact]
    public void What_the_object_itself_is_at_fault_for_is_set_aside_at_once()
    {
        var fault = _policy.Evaluate(new FlowObjectException("a", "no usable header", line: 1), 0);
        Assert.Equal(FaultVerdict.Quarantine, fault.Verdict);
        Assert.Equal("line 1: no usable header", fault.Reason);
    }

    [Fact]
    public void What_nobody_has_classified_is_tried_five_times()
    {
        for (int attempts = 0; attempts < 4; attempts++) Assert.Equal(FaultVerdict.Retry, _policy.Evaluate(new InvalidOperationException("odd"), attempts).Verdict);
        Assert.Equal(FaultVerdict.Quarantine, _policy.Evaluate(new InvalidOperationException("odd"), 4).Verdict);
    }

    [Fact]
    public void A_truncated_object_is_retried_and_in_the_end_set_aside()
    {
        var truncated = new FlowObjectException("a", "truncated", retryable: true);
        Assert.Equal(FaultVerdict.Retry, _policy.Evaluate(truncated, 0).Verdict);
        Assert.Equal(FaultVerdict.Quarantine, _policy.Evaluate(truncated, 7).Verdict);
    }

    [Fact]
    public void A_source_in_trouble_never_costs_an_object_its_place()
    {
        foreach (int attempts in new[] { 0, 5, 1_000 })
            Assert.Equal(FaultVerdict.RetrySource, _policy.Evaluate(new SourceUnavailableException("expired", needsOperator: true), attempts).Verdict);
    }

    [Fact]
    public void Waits_double_to_the_maximum_and_are_spread()
    {
        for (int i = 0; i < 100; i++)
        {
            Assert.InRange(_policy.Delay(0).TotalSeconds, 4, 6);
            Assert.InRange(_policy.Delay(3).TotalSeconds, 32, 48);
            Assert.InRange(_policy.Delay(1_000).TotalMinutes, 12, 18);
        }
    }

    [Theory]
    [InlineData(13, true)]
    [InlineData(8, true)]
    [InlineData(5, true)]
    [InlineData(19, false)]
    [InlineData(1, false)]
    public void A_full_locked_or_read_only_database_is_waited_for_and_a_refused_row_is_not(int code, bool unavailable) =>
        Assert.Equal(unavailable, IngestFaultPolicy.IsStoreUnavailable(new InvalidOperationException("save", new SqliteException("x", code))));

    [Fact]
    public void Reasons_carry_no_control_characters() =>
        Assert.DoesNotContain('\n', _policy.Evaluate(new FlowObjectException("a", "bad\nforged log line\u001b[31m"), 0).Reason);
}
