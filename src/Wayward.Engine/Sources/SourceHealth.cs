namespace Wayward.Engine.Sources;

/// <summary>How a source stands, from better to worse.</summary>
public enum SourceHealth : byte { Starting, Healthy, Degraded, Failing }
