namespace Wayward.Engine.Sources;

/// <summary>The object under this key is not (or no longer) the one that was offered; the next listing offers what is there.</summary>
public sealed class SourceObjectChangedException(string message) : Exception(message);
