namespace Wayward.Engine.Sources;

/// <summary>The source as a whole cannot be used now: credentials, permission, network, throttling. No object is to blame.</summary>
/// <param name="needsOperator">True when waiting will not help: wrong credentials, missing permission, missing bucket.</param>
public sealed class SourceUnavailableException(string message, bool needsOperator, Exception? inner = null) : Exception(message, inner)
{
    public bool NeedsOperator { get; } = needsOperator;
}
