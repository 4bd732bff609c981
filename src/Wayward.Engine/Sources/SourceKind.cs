namespace Wayward.Engine;

/// <summary>Where the objects of a source come from.</summary>
public enum SourceKind : byte { Folder, S3, Sqs }
