using System.Net;

namespace Wayward.Web.Hosting;

/// <summary>What the server will listen on, evaluated before it does.</summary>
internal static class ListenAddresses
{
    /// <summary>Splits and checks addresses as Kestrel reads them.</summary>
    /// <returns>Addresses and errors; each error names the address.</returns>
    public static (IReadOnlyList<string> Urls, IReadOnlyList<string> Errors) Parse(string text)
    {
        List<string> urls = [], errors = [];
        foreach (string url in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            try
            {
                var address = BindingAddress.Parse(url);
                if (address.Scheme is not ("http" or "https")) errors.Add($"--urls {url}: the scheme must be http or https");
                else if (address.PathBase.Length > 0) errors.Add($"--urls {url}: must have no path");
                else urls.Add(url);
            }
            catch (FormatException)
            {
                errors.Add($"--urls {url}: must look like http://127.0.0.1:5080");
            }
        }
        if (urls.Count + errors.Count == 0) errors.Add("--urls: at least one address is needed");
        return (urls, errors);
    }

    /// <summary>
    /// True when only this machine can reach it. A name other than localhost makes Kestrel listen on every address, so it is not loopback
    /// whatever it resolves to.
    /// </summary>
    public static bool IsLoopback(string url)
    {
        var address = BindingAddress.Parse(url);
        if (address.IsUnixPipe || address.IsNamedPipe || string.Equals(address.Host, "localhost", StringComparison.OrdinalIgnoreCase)) return true;
        return IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip);
    }
}
