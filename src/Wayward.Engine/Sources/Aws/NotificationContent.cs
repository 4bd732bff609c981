namespace Wayward.Engine.Sources.Aws;

/// <summary>What a message says.</summary>
/// <param name="Understood">False = some of it is not a notification of S3: the message may belong to another reader of the queue and must not be deleted.</param>
/// <param name="Created">Objects that it announces; none and understood = it says of itself that it creates nothing.</param>
internal sealed record NotificationContent(bool Understood, IReadOnlyList<AnnouncedObject> Created)
{
    public static readonly NotificationContent Foreign = new(false, []);
}
