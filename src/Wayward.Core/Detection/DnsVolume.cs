using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;
using Wayward.Core.Triage;

namespace Wayward.Core.Detection;

/// <summary>Which rule a volume exceeds. Values are stored with summaries.</summary>
internal enum VolumeRule : byte
{
    /// <summary>Large questions to one target within an hour.</summary>
    HourlyQuestions = 1,
    /// <summary>An hour to one target far above the instance's own.</summary>
    UnusualHour = 2,
    /// <summary>More sent than received, over TCP 53 or encrypted, in an hour to one target or in a day to all.</summary>
    Upload = 3,
    /// <summary>Large questions to all targets in a day.</summary>
    DailyQuestions = 4,
    /// <summary>Large answers from all targets in a day.</summary>
    DailyAnswers = 5,
}

/// <summary>More than names, by one of the rules.</summary>
/// <param name="IsPlain">Most of it went over port 53.</param>
/// <param name="From">First contact counted, Unix seconds.</param>
/// <param name="To">Last contact counted.</param>
/// <param name="Targets">Targets counted together.</param>
/// <param name="Bytes">In the direction that the rule is about.</param>
/// <param name="Packets">In the same direction.</param>
/// <param name="Other">Bytes in the other direction.</param>
/// <param name="Least">Bytes from which on the rule applies to the instance.</param>
/// <param name="Usual">The instance's own 95th percentile of hours before, bytes; 0 when the rule does not ask.</param>
internal readonly record struct DnsVolume(VolumeRule Rule, bool IsPlain, long From, long To, int Targets, long Bytes, long Packets, long Other, long Least, long Usual)
{
    public double Times => Bytes / (double)Math.Max(1, Least);
    public long MeanBytes => Bytes / Math.Max(1, Packets);
}

/// <summary>A run of hours in which a target took part in a volume.</summary>
/// <param name="Start">First contact, Unix seconds.</param>
/// <param name="End">Last contact.</param>
internal readonly record struct TunnelHours(long Start, long End, DnsVolume Volume);

/// <summary>Tunnels by volume (section 10 of the rules), from one instance's cells.</summary>
internal sealed class DnsVolumes
{
    private readonly record struct Part(int Destination, ContactHour Cell, Endpoint Endpoint, bool IsUdp, bool IsPlain, int Mean)
    {
        public TrafficSum Out => Cell.OutAccepted;
        public TrafficSum In => Cell.InAccepted;
    }

    private readonly IReadOnlyList<DestinationPairs> _pairs;
    private readonly Roles _roles;
    private readonly Parameters _parameters;
    private readonly PatternOptions _options;
    private readonly List<Part> _parts = [];
    private readonly DnsVolume?[] _volumes;
    private readonly Dictionary<int, long> _percentiles = [];
    private List<(int Hour, long Bytes)>? _usual;

    private DnsVolumes(InstanceHistory history, IReadOnlyList<DestinationPairs> pairs, ExpectedMatcher matcher, Parameters parameters)
    {
        (_pairs, _roles, _parameters, _options) = (pairs, matcher.RolesOf(history), parameters, parameters.Options.Patterns);
        for (int i = 0; i < pairs.Count; i++)
        {
            if (pairs[i].IsOwnNetwork(history)) continue;
            foreach (var (endpoint, entry, cells) in pairs[i].Endpoints)
            {
                if (!Counts(pairs[i], endpoint)) continue;
                var decide = matcher.For(history, endpoint, pairs[i].Destination.Transport, entry);
                bool plain = pairs[i].Destination.Transport == DnsTransport.Dns, udp = plain && endpoint.Protocol == 17;
                // Ingress alone is a reflection: nobody asked for it. What a rule expects is no finding, whatever its volume.
                foreach (var cell in cells)
                    if (cell.HasContact && decide?.Invoke(cell) is not { Action: ExpectedAction.Expected }) _parts.Add(new(i, cell, endpoint, udp, plain, IsIPv4(endpoint, cell) ? _options.TunnelDayMeanBytes : _options.TunnelDayMeanBytesV6));
            }
        }
        _parts.Sort(static (a, b) => a.Cell.FirstContact.CompareTo(b.Cell.FirstContact) is var t && t != 0 ? t : a.Destination != b.Destination ? a.Destination.CompareTo(b.Destination) : a.Endpoint.CompareTo(b.Endpoint));
        _volumes = new DnsVolume?[_parts.Count];
    }

    /// <summary>
    /// Could the hours of these cells be part of a volume, now or with hours before and after them? In a window that exceeds a rule, cells whose mean is at least 5/6 of the rule's hold at least a sixth of the
    /// bytes, so one of its hours holds that share. Ordinary questions never come near, and one comparison a cell tells.
    /// </summary>
    public static bool IsPossible(IReadOnlyList<DestinationPairs> pairs, Parameters parameters)
    {
        var options = parameters.Options.Patterns;
        Dictionary<int, (long Questions, long Upload, long Answers)>? hours = null;
        foreach (var destination in pairs)
        {
            bool plain = destination.Destination.Transport == DnsTransport.Dns;
            foreach (var (endpoint, _, cells) in destination.Endpoints)
            {
                if (!Counts(destination, endpoint)) continue;
                bool udp = plain && endpoint.Protocol == 17;
                foreach (var cell in cells)
                {
                    if (!cell.HasContact) continue;
                    var sent = cell.OutAccepted;
                    var received = cell.InAccepted;
                    if (udp && sent.Bytes >= options.TunnelVolume / 2) return true;
                    bool questions = udp && sent.Bytes > 0 && 6 * sent.Bytes >= 5 * sent.Packets * (IsIPv4(endpoint, cell) ? parameters.LeastMeanBytes : parameters.LeastMeanBytesV6);
                    bool upload = !udp && sent.Bytes > 0 && 6 * sent.Bytes >= 5 * options.EncryptedTunnelRatio * received.Bytes;
                    bool answers = received.Bytes > 0 && 6 * received.Bytes >= 5 * received.Packets * options.TunnelAnswerMeanBytes;
                    if (!questions && !upload && !answers) continue;
                    hours ??= [];
                    var sum = hours.GetValueOrDefault(cell.Hour);
                    sum = (sum.Questions + (questions ? sent.Bytes : 0), sum.Upload + (upload ? sent.Bytes : 0), sum.Answers + (answers ? received.Bytes : 0));
                    if (sum.Questions >= parameters.LeastQuestionBytes || sum.Upload >= options.EncryptedTunnelBytes / parameters.VolumeShare || sum.Answers >= options.TunnelAnswerBytes / parameters.VolumeShare) return true;
                    hours[cell.Hour] = sum;
                }
            }
        }
        return false;
    }

    /// <summary>By destination; empty for nearly every instance.</summary>
    public static Dictionary<Destination, TunnelHours[]> Of(InstanceHistory history, IReadOnlyList<DestinationPairs> pairs, ExpectedMatcher matcher, Parameters parameters)
    {
        var found = new DnsVolumes(history, pairs, matcher, parameters);
        found.Hourly();
        foreach (var rule in (VolumeRule[])[VolumeRule.DailyQuestions, VolumeRule.Upload, VolumeRule.DailyAnswers]) found.Daily(rule);
        return found.ByDestination();
    }

    /// <summary>To one target within an hour, or across the edge of two: the ledger does not tell where in an hour a burst lies.</summary>
    private void Hourly()
    {
        foreach (var endpoint in Enumerable.Range(0, _parts.Count).GroupBy(i => (_parts[i].Destination, _parts[i].Endpoint)))
        {
            int before = -1;
            foreach (int i in endpoint.OrderBy(i => _parts[i].Cell.Hour))
            {
                if (Hour(i, i) is { } hour) Mark(i, hour);
                else if (before >= 0 && _parts[i].Cell.Hour == _parts[before].Cell.Hour + 1 && _parts[i].IsUdp && Hour(before, before) is null && Hour(before, i) is { } edge)
                {
                    Mark(before, edge);
                    Mark(i, edge);
                }
                before = i;
            }
        }
    }

    private DnsVolume? Hour(int first, int last)
    {
        var (a, b) = (_parts[first], _parts[last]);
        var sent = first == last ? a.Out : a.Out + b.Out;
        long received = first == last ? a.In.Bytes : a.In.Bytes + b.In.Bytes;
        long factor = Factor(b.Cell.FirstContact);
        if (!a.IsUdp)
        {
            return !a.IsPlain && sent.Bytes >= factor * _options.EncryptedTunnelBytes && sent.Bytes >= _options.EncryptedTunnelRatio * received
                ? Volume(VolumeRule.Upload, factor * _options.EncryptedTunnelBytes, 0) : null;
        }
        if (sent.Bytes >= factor * _options.TunnelBytes && sent.Bytes >= sent.Packets * (IsIPv4(a.Endpoint, a.Cell) ? _options.TunnelMeanBytes : _options.TunnelMeanBytesV6))
            return Volume(VolumeRule.HourlyQuestions, factor * _options.TunnelBytes, 0);
        if (sent.Bytes < factor * _options.TunnelVolume) return null;
        long usual = Percentile(a.Cell.Hour);
        return sent.Bytes >= _options.TunnelVolumeFactor * usual ? Volume(VolumeRule.UnusualHour, factor * _options.TunnelVolume, usual) : null;

        DnsVolume Volume(VolumeRule rule, long least, long percentile) => new(rule, a.IsPlain, a.Cell.FirstContact, b.Cell.LastContact, 1, sent.Bytes, sent.Packets, received, least, percentile);
    }

    /// <summary>
    /// All targets together, in every window of a day. Its content changes where a cell enters or leaves it, and nowhere else. Cells leave in the order in which they entered, so the window with the greatest volume
    /// that a cell was in is a sliding maximum, and the cost is linear in the cells.
    /// </summary>
    private void Daily(VolumeRule rule)
    {
        var counted = Enumerable.Range(0, _parts.Count).Where(i => rule == VolumeRule.DailyAnswers || _parts[i].IsUdp == (rule == VolumeRule.DailyQuestions)).ToArray();
        long window = (long)_options.TunnelWindow.TotalSeconds;
        var sum = new WindowSum(rule);
        var targets = new Dictionary<int, int>();
        var greatest = new SlidingMaximum<DnsVolume>(static (a, b) => a.Times.CompareTo(b.Times));
        var latest = new SlidingMaximum<long>(static (a, b) => a.CompareTo(b));
        int[] entered = new int[counted.Length];
        for (int low = 0, high = 0, step = 0; low < counted.Length; step++)
        {
            if (high < counted.Length && _parts[counted[high]].Cell.FirstContact - window <= _parts[counted[low]].Cell.FirstContact)
            {
                Change(_parts[counted[high]], 1);
                latest.Add(high, _parts[counted[high]].Cell.LastContact);
                entered[high++] = step;
            }
            else
            {
                if (IsPartOf(_parts[counted[low]], rule) && greatest.TryGetSince(entered[low], out var best)) Mark(counted[low], best);
                Change(_parts[counted[low++]], -1);
            }
            if (low < high && sum.Volume(_options, Factor(_parts[counted[high - 1]].Cell.FirstContact)) is { } volume && latest.TryGetSince(low, out long to))
                greatest.Add(step, volume with { From = _parts[counted[low]].Cell.FirstContact, To = to, Targets = targets.Count });
        }

        void Change(in Part part, int sign)
        {
            sum.Add(part, sign);
            if (!IsPartOf(part, rule)) return;
            int cells = targets.GetValueOrDefault(part.Destination) + sign;
            if (cells > 0) targets[part.Destination] = cells;
            else targets.Remove(part.Destination);
        }
    }

    private bool IsPartOf(in Part part, VolumeRule rule) => rule switch
    {
        VolumeRule.DailyQuestions => part.Out.Bytes >= part.Out.Packets * part.Mean,
        VolumeRule.DailyAnswers => part.In.Bytes >= part.In.Packets * _options.TunnelAnswerMeanBytes && part.In.Packets > 0,
        _ => part.Out.Bytes >= _options.EncryptedTunnelRatio * part.In.Bytes,
    };

    private void Mark(int part, in DnsVolume volume)
    {
        if (_volumes[part] is not { } known || known.Times < volume.Times) _volumes[part] = volume;
    }

    /// <summary>Whoever resolves for others moves more.</summary>
    private long Factor(long time) => _roles.At(time, _options) is null ? 1 : _options.TunnelResolverFactor;

    private Dictionary<Destination, TunnelHours[]> ByDestination()
    {
        var found = new Dictionary<Destination, TunnelHours[]>();
        foreach (var destination in Enumerable.Range(0, _parts.Count).Where(i => _volumes[i] is not null).GroupBy(i => _parts[i].Destination))
        {
            var runs = new List<TunnelHours>();
            int hour = int.MinValue;
            foreach (int i in destination)
            {
                var (cell, volume) = (_parts[i].Cell, _volumes[i]!.Value);
                if (runs.Count > 0 && cell.Hour - hour <= 1 && runs[^1].Volume.IsPlain == volume.IsPlain)
                    runs[^1] = new(runs[^1].Start, Math.Max(runs[^1].End, cell.LastContact), volume.Times > runs[^1].Volume.Times ? volume : runs[^1].Volume);
                else runs.Add(new(cell.FirstContact, cell.LastContact, volume));
                hour = cell.Hour;
            }
            found.Add(_pairs[destination.Key].Destination, [.. runs]);
        }
        return found;
    }

    /// <summary>Plain DNS and encrypted DNS, DoH only to resolvers that serve nothing else.</summary>
    private static bool Counts(DestinationPairs destination, in Endpoint endpoint) => endpoint.Class != FlowClass.OwnNetwork && destination.Destination.Transport switch
    {
        DnsTransport.Dns or DnsTransport.DoT or DnsTransport.DoQ => true,
        DnsTransport.DoH or DnsTransport.DoH3 => destination.Entry?.Tier is CatalogTier.Dedicated or CatalogTier.ServiceAssigned,
        _ => false,
    };

    /// <summary>NAT64 is spoken to in IPv6, whose header has 20 bytes more.</summary>
    private static bool IsIPv4(in Endpoint endpoint, ContactHour cell) => endpoint.Address.IsIPv4 && (cell.Flags & ContactFlags.Nat64) == 0;

    /// <summary>95th percentile (nearest rank) of the bytes sent over UDP 53 in the hours with DNS within H before; 0 when there were none.</summary>
    private long Percentile(int before)
    {
        if (_percentiles.TryGetValue(before, out long known)) return known;
        _usual ??= [.. _pairs.Where(p => p.Destination.Transport == DnsTransport.Dns).SelectMany(p => p.Endpoints).Where(e => e.Endpoint.Protocol == 17).SelectMany(e => e.Cells)
            .Where(c => c.OutAccepted.Bytes > 0).GroupBy(c => c.Hour, c => c.OutAccepted.Bytes).Select(g => (g.Key, g.Sum()))];
        long from = before - _parameters.History / UnixTime.HourSeconds;
        var bytes = _usual.Where(h => h.Hour < before && h.Hour >= from).Select(h => h.Bytes).Order().ToList();
        return _percentiles[before] = bytes.Count == 0 ? 0 : bytes[(int)Math.Ceiling(bytes.Count * 0.95) - 1];
    }

    /// <summary>Sums of the cells in a window.</summary>
    private sealed class WindowSum(VolumeRule rule)
    {
        private long _out, _outPackets, _in, _inPackets, _plain, _asked;

        public void Add(in Part part, int sign)
        {
            _out += sign * part.Out.Bytes;
            _outPackets += sign * part.Out.Packets;
            _in += sign * part.In.Bytes;
            _inPackets += sign * part.In.Packets;
            // The packets may be of two address families, each with a threshold of its own.
            _asked += sign * part.Out.Packets * part.Mean;
            if (part.IsPlain) _plain += sign * (rule == VolumeRule.DailyAnswers ? part.In.Bytes : part.Out.Bytes);
        }

        public DnsVolume? Volume(PatternOptions options, long factor)
        {
            var (bytes, packets, other, least, holds) = rule switch
            {
                VolumeRule.DailyQuestions => (_out, _outPackets, _in, options.TunnelDayBytes, _out >= _asked),
                VolumeRule.DailyAnswers => (_in, _inPackets, _out, options.TunnelAnswerBytes, _in >= _inPackets * options.TunnelAnswerMeanBytes),
                _ => (_out, _outPackets, _in, options.EncryptedTunnelBytes, _out >= options.EncryptedTunnelRatio * _in),
            };
            return holds && bytes >= factor * least ? new(rule, 2 * _plain >= bytes, 0, 0, 0, bytes, packets, other, factor * least, 0) : null;
        }
    }
}
