using System.Globalization;
using Microsoft.AspNetCore.Components;
using Wayward.Core.Contacts;
using Wayward.Core.Resolvers;
using Wayward.FlowLogs;

namespace Wayward.Web.Components.Shared;

/// <summary>Addresses of pages: one place, so that every identifier is a link and every link is right.</summary>
internal static class Links
{
    public static string Finding(string id) => "findings/" + Uri.EscapeDataString(id);
    public static string Report(string id, string format) => $"findings/{Uri.EscapeDataString(id)}/report.{format}";
    /// <param name="query">Of the queue's page, with its question mark.</param>
    public static string Export(string format, string query) => $"exports/findings.{format}{query}";
    public static string IncidentReport(int id, string format) => $"{Incident(id)}/report.{format}";
    /// <param name="query">Of the queue's page, with its question mark.</param>
    public static string Period(string format, string query) => $"exports/period.{format}{query}";
    public static string Incident(int id) => "incidents/" + id.ToString(CultureInfo.InvariantCulture);
    public static string Instance(string id) => "instances/" + Uri.EscapeDataString(id);
    public static string Instance(string id, long from, long to, Destination? lane = null)
    {
        string link = $"{Instance(id)}?from={QueryTime.Write(from)}&to={QueryTime.Write(to)}";
        return lane is { } chosen ? $"{link}&dest={Uri.EscapeDataString(Lane(chosen))}" : link;
    }
    public static string Destination(IpAddress address) => "destinations/" + Uri.EscapeDataString(address.ToString());
    public static string Destination(string address) => "destinations/" + Uri.EscapeDataString(address);
    public static string Rule(int id) => "expected?rule=" + id.ToString(CultureInfo.InvariantCulture);

    /// <summary>A lane in a URL: <c>8.8.8.8/DNS</c>.</summary>
    public static string Lane(Destination destination) => $"{destination.Address}/{destination.Transport.Name()}";

    public static Destination? ReadLane(string? text)
    {
        int slash = text?.LastIndexOf('/') ?? -1;
        return slash > 0 && IpAddress.TryParse(text.AsSpan(0, slash), out var address) && DnsTransports.TryParse(text![(slash + 1)..], out var transport) ? new(address, transport) : null;
    }

    /// <summary>The subject's page; a cohort has none of its own and leads to the instances that carry its name.</summary>
    public static string Subject(Core.Detection.Subject subject) => subject.Kind == Core.Detection.SubjectKind.Instance
        ? Instance(subject.Id)
        : "instances?q=" + Uri.EscapeDataString(subject.Id[(subject.Id.IndexOf(':', StringComparison.Ordinal) + 1)..]);

    /// <summary>This page with some query parameters changed; null removes one. Relative to the base, so it can be an href.</summary>
    public static string With(this NavigationManager navigation, params (string Name, object? Value)[] changes) =>
        navigation.ToBaseRelativePath(navigation.GetUriWithQueryParameters(changes.ToDictionary(c => c.Name, c => c.Value)));
}
