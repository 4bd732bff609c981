namespace Wayward.Engine.Pipeline;

/// <summary>The reading of an object made no progress for too long and was given up.</summary>
public sealed class ReadStalledException(string message) : Exception(message);
