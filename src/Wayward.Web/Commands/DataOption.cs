using System.CommandLine;

namespace Wayward.Web.Commands;

/// <summary>The option <c>--data</c>, which is the same for every command that works on a store.</summary>
internal static class DataOption
{
    public static Option<string?> New(string description = "Folder of the database and all other state (default: data).") => new("--data") { Description = description, HelpName = "DIR" };
}
