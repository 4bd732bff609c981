namespace Wayward.Engine.Notifications;

[Flags]
public enum ChangeKinds { None = 0, Contacts = 1, Findings = 2, Triage = 4, Ingest = 8, Expected = 16, Incidents = 32 }

/// <summary>Says that something changed, throttled; pages then query again. Handlers must be quick and not throw.</summary>
public interface IChangeNotifier
{
    /// <summary>At most one call per subscriber and throttle interval, carrying all kinds since the last; dispose to unsubscribe.</summary>
    IDisposable Subscribe(Func<ChangeKinds, Task> handler);
    void Publish(ChangeKinds kinds);
}
