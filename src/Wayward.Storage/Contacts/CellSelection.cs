namespace Wayward.Storage.Contacts;

/// <summary>Which cells to read.</summary>
internal sealed record CellSelection
{
    public static readonly CellSelection All = new();

    /// <summary>Database numbers, each by way of its pairs; null = all, by a scan, and then no other restriction than the hours.</summary>
    public IReadOnlyCollection<int>? Instances { get; init; }

    /// <summary>Database numbers; null = all.</summary>
    public IReadOnlyCollection<int>? Endpoints { get; init; }

    /// <summary>Only of endpoints with contacts since the last completed detection: where nothing is new, no page is read.</summary>
    public bool OnlyTouched { get; init; }

    /// <summary>Hours since the epoch, inclusive.</summary>
    public int FromHour { get; init; } = int.MinValue;

    /// <summary>Exclusive.</summary>
    public int ToHour { get; init; } = int.MaxValue;
}

/// <summary>Receives a cell with the numbers of its instance and endpoint.</summary>
internal delegate void CellReceiver(int instance, int endpoint, Core.Contacts.ContactHour cell);
