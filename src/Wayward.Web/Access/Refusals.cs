using System.Collections.Concurrent;
using Wayward.Core.Text;
using Wayward.Storage;
using Wayward.Storage.Audit;

namespace Wayward.Web.Access;

/// <summary>
/// Counts refused sign-ins by address, stops an address that fails too often, and writes refusals to the audit log: those of one address at most
/// <see cref="Allowed"/> times in <see cref="Window"/>, so that nobody can fill the log by guessing.
/// </summary>
internal sealed class Refusals(IAuditStore audit, TimeProvider time, ILogger<Refusals> log)
{
    /// <summary>Failed attempts of one address, or for one name, within <see cref="Window"/>; the next one is refused unseen.</summary>
    public const int Allowed = 5;
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);
    /// <summary>Addresses that are counted. Beyond it old ones are forgotten.</summary>
    private const int MaxKeys = 50_000;

    private readonly ConcurrentDictionary<string, (int Count, long Since)> _failures = new(StringComparer.Ordinal);

    public static string KeyOf(HttpContext context) => context.Connection.RemoteIpAddress?.ToString() ?? "unknown";

    /// <summary>Counts an attempt before it is looked at, so that attempts at one moment are not all heard. <see cref="Forgive"/> follows a success.</summary>
    /// <returns>False: the key has failed too often to be heard now.</returns>
    public bool TryAttempt(string key) => Count(key) <= Allowed;

    /// <summary>Counts a failed attempt.</summary>
    /// <returns>Failures of the key within the window, this one included.</returns>
    public int Count(string key)
    {
        if (_failures.Count > MaxKeys) _failures.Clear();
        long now = time.GetTimestamp();
        return _failures.AddOrUpdate(key, (1, now), (_, f) => time.GetElapsedTime(f.Since) < Window ? (f.Count + 1, f.Since) : (1, now)).Count;
    }

    public void Forgive(string key) => _failures.TryRemove(key, out _);

    /// <summary>Counts the failure of the request's address and writes it to the audit log.</summary>
    public async Task RecordAsync(HttpContext context, string why)
    {
        if (Count(KeyOf(context)) <= Allowed) await FailedAsync(context, why);
    }

    /// <summary>Writes a failure that <see cref="TryAttempt"/> has counted.</summary>
    public Task FailedAsync(HttpContext context, string why) => WriteAsync("nobody", "access.refused", "sign-in", $"{why} (from {KeyOf(context)})");

    /// <summary>A signed-in person asked for more than the roles allow.</summary>
    public async Task DeniedAsync(string actor, Permission permission)
    {
        if (Count($"denied:{actor}:{permission}") > Allowed) return;
        await WriteAsync(actor, "access.denied", permission.ToString(), Permissions.Refusal(permission));
    }

    private async Task WriteAsync(string actor, string verb, string subject, string summary)
    {
        log.LogWarning("{Verb} {Actor}: {Summary}", verb, SafeText.Plain(actor, 200), SafeText.Plain(summary, 500));
        try
        {
            await audit.AppendAsync(actor, verb, subject, summary, null, null, CancellationToken.None);
        }
        catch (StorageUnavailableException)
        {
            // The log line above remains.
        }
    }
}
