namespace Wayward.Engine.Sources;

/// <summary>The object was offered but is not there any more.</summary>
public sealed class SourceObjectGoneException(string message, Exception? inner = null) : Exception(message, inner);
