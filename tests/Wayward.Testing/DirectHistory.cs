using Wayward.Core.Contacts;
using Wayward.FlowLogs;

namespace Wayward.Testing;

/// <summary>
/// Histories made without flow records, as the folder would leave them: for fleets so large that writing their records out would say nothing more.
/// </summary>
public sealed class DirectHistory(string instance, string? asg, string account = "111122223333")
{
    private readonly InstanceHistory _history = new() { Key = new InstanceKey(instance) };

    /// <summary>Days [from, to) since the beginning, every hour seen.</summary>
    public DirectHistory Observed(int from, int to)
    {
        for (int day = from; day < to; day++)
        {
            long start = World.At(day);
            int number = UnixTime.Day(start);
            _history.Coverage[number] = new CoverageDay { Day = number, FirstStart = start, LastEnd = start + UnixTime.DaySeconds - 1, Hours = 0xFF_FFFF, Records = 1_440 };
        }
        long first = World.At(from), last = World.At(to) - 1;
        if (asg is not null) _history.Facts.Add(new InstanceFact(InstanceAttribute.Asg, asg, first, last));
        _history.Facts.Add(new InstanceFact(InstanceAttribute.Account, account, first, last));
        return this;
    }

    /// <summary>Contacts that were answered, one for each of the days (fractions count).</summary>
    public DirectHistory Asks(string address, IEnumerable<double> days, byte protocol = 17, ushort port = 53) => Asks(IpAddress.Parse(address), days, protocol, port);

    public DirectHistory Asks(IpAddress address, IEnumerable<double> days, byte protocol = 17, ushort port = 53)
    {
        var endpoint = new Endpoint(address, protocol, port);
        if (!_history.Pairs.TryGetValue(endpoint, out var cells)) _history.Pairs.Add(endpoint, cells = []);
        foreach (double day in days)
        {
            long start = World.At(day);
            int hour = UnixTime.Hour(start);
            var cell = new ContactHour
            {
                Hour = hour, FirstContact = start, LastContact = start + 10, OutAccepted = new(1, 2, 140), InAccepted = new(1, 2, 300), MaxPackets = 2, Flags = ContactFlags.Proven, FirstAnswer = start, LastAnswer = start,
                AnswerMinutes = 1UL << (int)(start % UnixTime.HourSeconds / 60),
            };
            int at = cells.FindLastIndex(c => c.Hour <= hour);
            if (at >= 0 && cells[at].Hour == hour) cells[at].Merge(cell);
            else cells.Insert(at + 1, cell);
        }
        return this;
    }

    public InstanceHistory Build() => _history;
}
