namespace Wayward.Engine.Sources.Aws;

/// <summary>An object that a message announces.</summary>
/// <param name="ETag">Without quotes; empty when the message has none.</param>
/// <param name="Bytes">Null when the message does not tell: unknown is not zero.</param>
/// <param name="At">Unix seconds of the event; 0 when unknown.</param>
internal sealed record AnnouncedObject(string Bucket, string Key, string ETag, long? Bytes, long At);
