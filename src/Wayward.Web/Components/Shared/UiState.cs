using System.Globalization;

namespace Wayward.Web.Components.Shared;

public enum ThemeMode { System, Light, Dark }

/// <summary>What one analyst's window remembers beside the URL: theme, time zone, live or paused. One per circuit.</summary>
public sealed class UiState(TimeProvider time)
{
    public TimeProvider Time { get; } = time;
    public ThemeMode Theme { get; private set; }
    /// <summary>The mode in effect, for charts, which cannot read style variables.</summary>
    public bool Dark { get; private set; }
    public bool Local { get; private set; }
    /// <summary>Single letters work as commands.</summary>
    public bool Keys { get; private set; } = true;
    public TimeZoneInfo Browser { get; private set; } = TimeZoneInfo.Utc;
    public TimeZoneInfo Zone => Local ? Browser : TimeZoneInfo.Utc;
    /// <summary>The span of time last chosen in the queue, as its URL had it: the way back to the queue keeps it.</summary>
    public (string From, string To)? Span { get; set; }
    public bool Paused { get; private set; }
    /// <summary>Changes that arrived while paused.</summary>
    public int Waiting { get; private set; }

    /// <summary>Something a page draws by has changed.</summary>
    public event Action? Changed;
    /// <summary>The window went live again: read what was missed.</summary>
    public event Action? Resumed;

    public long Now => Time.GetUtcNow().ToUnixTimeSeconds();

    public void Load(string theme, string zone, string timeZone, bool dark, bool keys = true)
    {
        Keys = keys;
        Theme = Enum.TryParse(theme, true, out ThemeMode mode) ? mode : ThemeMode.System;
        Local = zone == "local";
        // A browser may name a zone that this machine does not know; UTC is then the honest choice.
        Browser = TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var found) ? found : TimeZoneInfo.Utc;
        Dark = dark;
        Changed?.Invoke();
    }

    public void SetTheme(ThemeMode mode, bool dark)
    {
        Theme = mode;
        Dark = dark;
        Changed?.Invoke();
    }

    public void SetLocal(bool local)
    {
        Local = local;
        Changed?.Invoke();
    }

    public void SetKeys(bool on)
    {
        Keys = on;
        Changed?.Invoke();
    }

    public void SetPaused(bool paused)
    {
        if (Paused == paused) return;
        Paused = paused;
        Waiting = 0;
        Changed?.Invoke();
        if (!paused) Resumed?.Invoke();
    }

    public void Missed()
    {
        Waiting++;
        Changed?.Invoke();
    }

    /// <summary>"12 Mar 2026 09:14 UTC", in the zone shown, which is named.</summary>
    public string Stamp(long seconds) => $"{Clock(seconds)} {Offset(seconds)}";

    /// <summary>The same without the zone: for where <see cref="Offset"/> stands beside it.</summary>
    public string Clock(long seconds) => Format(seconds, "d MMM yyyy HH:mm", Zone);

    /// <summary>The zone shown by its distance from UTC at that moment: "UTC", "UTC+1", "UTC-3:30".</summary>
    public string Offset(long seconds)
    {
        var offset = Zone.GetUtcOffset(DateTimeOffset.FromUnixTimeSeconds(seconds));
        if (offset == TimeSpan.Zero) return "UTC";
        string minutes = offset.Minutes == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $":{Math.Abs(offset.Minutes):00}");
        return string.Create(CultureInfo.InvariantCulture, $"UTC{(offset < TimeSpan.Zero ? '-' : '+')}{Math.Abs(offset.Hours)}{minutes}");
    }

    /// <summary>"12 Mar", with the year only when it is not this one.</summary>
    public string Date(long seconds) =>
        Format(seconds, TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeSeconds(seconds), Zone).Year == Time.GetUtcNow().Year ? "d MMM" : "d MMM yyyy", Zone);

    /// <summary>Both zones to the second, for hover: "2026-03-12 09:14:05 UTC · 10:14:05 Europe/Berlin".</summary>
    public string Both(long seconds)
    {
        string utc = Format(seconds, "yyyy-MM-dd HH:mm:ss", TimeZoneInfo.Utc) + " UTC";
        return Browser.BaseUtcOffset == TimeSpan.Zero && !Browser.SupportsDaylightSavingTime ? utc : $"{utc} · {Format(seconds, "yyyy-MM-dd HH:mm:ss", Browser)} {Browser.Id}";
    }

    public string ZoneName => Local ? Browser.Id : "UTC";

    private static string Format(long seconds, string format, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeSeconds(seconds), zone).ToString(format, CultureInfo.InvariantCulture);
}
