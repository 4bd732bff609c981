namespace Wayward.Engine.Pipeline;

/// <param name="Reason">For the ledger and the operator; safe to show.</param>
/// <param name="NeedsOperator">Waiting alone will not help: credentials, permission.</param>
public sealed record Fault(FaultVerdict Verdict, string Reason, TimeSpan Delay, bool NeedsOperator = false);
