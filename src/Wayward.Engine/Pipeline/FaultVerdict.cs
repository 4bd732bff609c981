namespace Wayward.Engine.Pipeline;

/// <summary>What to do with an object that could not be taken.</summary>
public enum FaultVerdict : byte
{
    /// <summary>Try again after <see cref="Fault.Delay"/>.</summary>
    Retry,
    /// <summary>Set aside: the object itself is at fault. An operator or a new etag opens it again.</summary>
    Quarantine,
    /// <summary>Try again for as long as it takes: the source is in trouble, not the object.</summary>
    RetrySource,
    /// <summary>Try again for as long as it takes: this machine is in trouble (no space for temporary files), not the object.</summary>
    RetryMachine,
    /// <summary>Settled: a later version of the same key has taken its place.</summary>
    Superseded,
}
