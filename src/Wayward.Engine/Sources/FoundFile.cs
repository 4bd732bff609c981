namespace Wayward.Engine.Sources;

/// <summary>A file found below a root.</summary>
/// <param name="Key">Path relative to the root with forward slashes; the name for a single file.</param>
public readonly record struct FoundFile(string FullPath, string Key, long Length, DateTime LastWriteUtc);
