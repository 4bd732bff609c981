namespace Wayward.Storage.Contacts;

/// <summary>The parts of statements on cells that follow from <see cref="ContactColumns"/>.</summary>
internal static class ContactCellSql
{
    /// <summary>A function of the database, given two values of inner sources, neither null.</summary>
    public const string MergeInnerSources = "wayward_inner_merge";

    private static readonly IEnumerable<string> AllNames = ContactColumns.Key.Concat(ContactColumns.All.Select(c => c.Name));

    /// <summary>Key and columns, as in an insert.</summary>
    public static readonly string Names = string.Join(", ", AllNames);

    /// <summary>The same with a table's alias before each.</summary>
    public static string NamesOf(string alias) => string.Join(", ", AllNames.Select(n => $"{alias}.{n}"));

    /// <summary>The assignments of an upsert.</summary>
    /// <param name="smaller">The function that gives the smaller of two values.</param>
    /// <param name="larger">The function that gives the larger of two values.</param>
    public static string Assignments(string smaller, string larger) => string.Join(",\n    ", ContactColumns.All.Select(c =>
    {
        string stored = $"{ContactColumns.Table}.{c.Name}", added = $"excluded.{c.Name}";
        string merged = c.Merge switch
        {
            ColumnMerge.Min => $"{smaller}({stored}, {added})",
            ColumnMerge.Max => $"{larger}({stored}, {added})",
            ColumnMerge.Sum => $"{stored} + {added}",
            ColumnMerge.Or => $"{stored} | {added}",
            ColumnMerge.OfFirstContact => $"CASE WHEN {Position("excluded")} < {Position(ContactColumns.Table)} THEN {added} ELSE {stored} END",
            ColumnMerge.InnerSources => $"CASE WHEN {added} IS NULL OR {added} = {stored} THEN {stored} WHEN {stored} IS NULL THEN {added} ELSE {MergeInnerSources}({stored}, {added}) END",
            _ => throw new ArgumentOutOfRangeException(nameof(smaller), c.Merge, "unknown merge"),
        };
        return $"{c.Name} = {merged}";
    }));

    private static string Position(string row) => $"({row}.first_contact, {row}.first_object, {row}.first_line)";
}
