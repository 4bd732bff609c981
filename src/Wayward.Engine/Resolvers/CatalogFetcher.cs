using System.Globalization;
using System.Text;
using Wayward.Core.Resolvers;

namespace Wayward.Engine.Resolvers;

/// <summary>Gets the text of a list from a file or by HTTP, bounded in size and time.</summary>
public sealed class CatalogFetcher(HttpClient http)
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <summary>Redirects are not followed: one could lead to an address that the configuration would not have been allowed to name.</summary>
    public static HttpClient NewClient() => new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(10) })
    {
        Timeout = Timeout,
        MaxResponseContentBufferSize = CatalogFile.MaxLength,
    };

    /// <summary>Why a location cannot be fetched, or null.</summary>
    public static string? Refusal(string location)
    {
        if (string.IsNullOrWhiteSpace(location)) return "empty; give an https address or a file";
        if (!location.Contains("://", StringComparison.Ordinal)) return null;
        return Uri.TryCreate(location, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback)) && uri.UserInfo.Length == 0
            ? null
            : $"'{location}' is neither an https address (without a password in it), nor http on this machine, nor a file";
    }

    /// <exception cref="IOException">It cannot be had; the message says why.</exception>
    public async Task<string> FetchAsync(string location, CancellationToken cancellation)
    {
        if (Refusal(location) is { } refusal) throw new IOException(refusal);
        try
        {
            if (!location.Contains("://", StringComparison.Ordinal))
            {
                if (new FileInfo(location) is { Exists: true, Length: > CatalogFile.MaxLength }) throw new IOException($"{location} is larger than {CatalogFile.MaxLength / 1024 / 1024} MiB");
                return await File.ReadAllTextAsync(location, cancellation);
            }
            using var response = await http.GetAsync(new Uri(location), cancellation);
            if (!response.IsSuccessStatusCode)
                throw new IOException(string.Create(CultureInfo.InvariantCulture, $"{location} answered {(int)response.StatusCode}{(response.Headers.Location is { } to ? $"; it moved to {to}" : "")}"));
            return Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(cancellation));
        }
        catch (HttpRequestException e)
        {
            throw new IOException($"{location} cannot be fetched: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"{location} did not answer within {Timeout.TotalSeconds:0} s", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(e.Message, e);
        }
    }
}
