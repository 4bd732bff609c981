namespace Wayward.Web.Components.Shared;

/// <summary>
/// Text that was typed and not sent yet. The browser keeps it while it is typed (a field names its draft in <c>data-draft</c>), so it outlives a closed dialog, a conflict, a reload and a restart of the
/// program; it is dropped when the action has succeeded.
/// </summary>
internal sealed class Drafts(PageScript script)
{
    /// <summary>The text kept under a key; empty when there is none.</summary>
    public async Task<string> ReadAsync(string key) => await script.AskAsync<string?>("draft", null, key) ?? "";

    public Task DropAsync(string key) => script.CallAsync("dropDraft", key);

    public static string Comment(string findingId) => "comment." + findingId;

    public static string Close(string findingIds) => "close." + findingIds;

    public static string Narrative(int incidentId) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"narrative.{incidentId}");

    public static string Task(int incidentId) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"task.{incidentId}");

    /// <summary>One field of the rule that is made from a finding: <c>reason</c>, <c>ticket</c> or <c>owner</c>.</summary>
    public static string Rule(string findingId, string field) => $"rule.{findingId}.{field}";
}
