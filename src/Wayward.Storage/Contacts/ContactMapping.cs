using Wayward.Core.Contacts;
using Wayward.Storage.Model;

namespace Wayward.Storage.Contacts;

/// <summary>Rows to the words of Core.</summary>
internal static class ContactMapping
{
    public static ContactHour ToContactHour(this ContactHourEntity row) => new()
    {
        Hour = row.Hour,
        FirstContact = row.FirstContact,
        LastContact = row.LastContact,
        OutAccepted = new(row.OutAcceptedRecords, row.OutAcceptedPackets, row.OutAcceptedBytes),
        OutRejected = new(row.OutRejectedRecords, row.OutRejectedPackets, row.OutRejectedBytes),
        InAccepted = new(row.InAcceptedRecords, row.InAcceptedPackets, row.InAcceptedBytes),
        InRejected = new(row.InRejectedRecords, row.InRejectedPackets, row.InRejectedBytes),
        MaxPackets = row.MaxPackets,
        Flags = (ContactFlags)row.Flags,
        FirstAnswer = row.FirstAnswer,
        LastAnswer = row.LastAnswer,
        AnswerMinutes = (ulong)row.AnswerMinutes,
        InnerSources = InnerSources.Read(row.InnerSources),
        FirstObject = row.FirstObject,
        FirstLine = row.FirstLine,
    };

    public static ContactHourEntity ToEntity(this ContactHour cell, int instanceId, int endpointId) => new()
    {
        InstanceId = instanceId,
        EndpointId = endpointId,
        Hour = cell.Hour,
        FirstContact = cell.FirstContact,
        LastContact = cell.LastContact,
        OutAcceptedRecords = cell.OutAccepted.Records,
        OutAcceptedPackets = cell.OutAccepted.Packets,
        OutAcceptedBytes = cell.OutAccepted.Bytes,
        OutRejectedRecords = cell.OutRejected.Records,
        OutRejectedPackets = cell.OutRejected.Packets,
        OutRejectedBytes = cell.OutRejected.Bytes,
        InAcceptedRecords = cell.InAccepted.Records,
        InAcceptedPackets = cell.InAccepted.Packets,
        InAcceptedBytes = cell.InAccepted.Bytes,
        InRejectedRecords = cell.InRejected.Records,
        InRejectedPackets = cell.InRejected.Packets,
        InRejectedBytes = cell.InRejected.Bytes,
        MaxPackets = cell.MaxPackets,
        Flags = (short)cell.Flags,
        FirstAnswer = cell.FirstAnswer,
        LastAnswer = cell.LastAnswer,
        AnswerMinutes = (long)cell.AnswerMinutes,
        InnerSources = InnerSources.Write(cell.InnerSources),
        FirstObject = cell.FirstObject,
        FirstLine = cell.FirstLine,
    };

    public static CoverageDay ToCoverageDay(this CoverageDayEntity row) => new()
    {
        Day = row.Day,
        FirstStart = row.FirstStart,
        LastEnd = row.LastEnd,
        Hours = (uint)row.Hours,
        SkipHours = (uint)row.SkipHours,
        Records = row.Records,
    };

    public static InstanceFact ToFact(this InstanceFactEntity row) => new((InstanceAttribute)row.Attribute, row.Value, row.First, row.Last);
}
