using System.Collections.Concurrent;

namespace Wayward.Web.Audit;

/// <summary>Who has read the audit log lately. A page reads with every change that it shows; its reader is recorded once in <see cref="Quiet"/>.</summary>
internal sealed class AuditReaders(TimeProvider time)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(30);

    private readonly ConcurrentDictionary<string, long> _recorded = new(StringComparer.Ordinal);

    /// <summary>True the first time, and again after a while.</summary>
    public bool IsNew(string person)
    {
        long now = time.GetTimestamp();
        if (_recorded.TryGetValue(person, out long at) && time.GetElapsedTime(at) < Quiet) return false;
        _recorded[person] = now;
        return true;
    }
}
