using System.Net;
using System.Net.Sockets;
using Wayward.Core.Text;
using Wayward.Storage;
using Wayward.Storage.Audit;

namespace Wayward.Web.Access;

/// <summary>
/// Limits failed sign-ins by address, and writes refusals to the audit log: those of one address at most <see cref="Allowed"/> times in <see cref="Window"/>,
/// so that nobody can fill the log by guessing.
/// </summary>
internal sealed class Refusals(IAuditStore audit, TimeProvider time, ILogger<Refusals> log)
{
    /// <summary>Failed attempts of one address, or audit lines for one name, within <see cref="Window"/>.</summary>
    public const int Allowed = 5;
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);
    private const int MaxKeys = 50_000;

    private readonly AttemptCounter _attempts = new(Allowed, Window, MaxKeys, time);
    private readonly AttemptCounter _lines = new(Allowed, Window, MaxKeys, time);

    /// <summary>The address as the audit log has it.</summary>
    public static string AddressOf(HttpContext context) => Plain(context.Connection.RemoteIpAddress)?.ToString() ?? "unknown";

    /// <summary>What attempts are counted by: the IPv4 address, or the /64 of an IPv6 address, because one customer gets at least that much.</summary>
    public static string KeyOf(IPAddress? address)
    {
        if (Plain(address) is not { } plain) return "unknown";
        if (plain.AddressFamily == AddressFamily.InterNetwork) return plain.ToString();
        byte[] bytes = plain.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return $"{new IPAddress(bytes)}/64";
    }

    /// <summary>Takes one attempt of the request's address; <see cref="Forgive"/> gives it back after a success.</summary>
    /// <returns>False when the address has failed too often to be heard now.</returns>
    public bool TryReserve(HttpContext context) => _attempts.TryTake(KeyOf(context.Connection.RemoteIpAddress));

    public void Forgive(HttpContext context) => Forgive(context.Connection.RemoteIpAddress);

    internal void Forgive(IPAddress? address) => _attempts.GiveBack(KeyOf(address));

    /// <summary>Writes a refused sign-in to the audit log.</summary>
    public async Task RecordAsync(HttpContext context, string why)
    {
        if (!_lines.TryTake(KeyOf(context.Connection.RemoteIpAddress))) return;
        await WriteAsync("nobody", "access.refused", "sign-in", $"{why} (from {AddressOf(context)})");
    }

    /// <summary>A signed-in person asked for more than the roles allow.</summary>
    public async Task DeniedAsync(string actor, Permission permission)
    {
        if (!_lines.TryTake($"denied:{actor}:{permission}")) return;
        await WriteAsync(actor, "access.denied", permission.ToString(), Permissions.Refusal(permission));
    }

    private static IPAddress? Plain(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;

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
