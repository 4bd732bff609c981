using Wayward.Storage.Contacts;

namespace Wayward.Engine.Pipeline;

/// <summary>An object that a worker is done with: its contribution, or the error.</summary>
internal sealed record FinishedItem(WorkItem Work, ObjectContribution? Contribution, Exception? Error);
