namespace Wayward.Web.Scan;

internal enum ScanFormat { Table, Json, Csv }

/// <summary>Which rows a CSV holds.</summary>
internal enum ScanRows { Findings, Contacts }
