namespace Wayward.Web.Configuration;

/// <summary>Takes <c>--Section:Key=value</c> (or <c>--Section:Key value</c>) out of the arguments, so that any option can be given to any command.</summary>
internal static class ConfigurationArguments
{
    public static (IReadOnlyList<string> Arguments, IReadOnlyList<KeyValuePair<string, string?>> Settings, IReadOnlyList<string> Errors) Extract(IReadOnlyList<string> args)
    {
        List<string> rest = [], errors = [];
        List<KeyValuePair<string, string?>> settings = [];
        for (int i = 0; i < args.Count; i++)
        {
            string argument = args[i];
            if (argument == "--")
            {
                rest.AddRange(args.Skip(i));
                break;
            }
            int equals = argument.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? argument : argument[..equals];
            if (!IsKey(name))
            {
                rest.Add(argument);
            }
            else if (equals >= 0)
            {
                settings.Add(new(name[2..], argument[(equals + 1)..]));
            }
            else if (i + 1 < args.Count && !args[i + 1].StartsWith('-'))
            {
                settings.Add(new(name[2..], args[++i]));
            }
            else
            {
                errors.Add($"{name} needs a value: {name}=VALUE");
            }
        }
        return (rest, settings, errors);
    }

    /// <summary>Reads <c>KEY=VALUE</c> as given to <c>--set</c>.</summary>
    public static bool TryParse(string text, out KeyValuePair<string, string?> setting, out string? error)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            setting = default;
            error = $"--set {text}: must be KEY=VALUE, such as Detection:Learning=1.00:00:00";
            return false;
        }
        setting = new(text[..equals], text[(equals + 1)..]);
        error = null;
        return true;
    }

    // The colon tells a configuration key from the options of a command, which have none.
    private static bool IsKey(string name) =>
        name.Length > 4 && name.StartsWith("--", StringComparison.Ordinal) && name.IndexOf(':', 3) is > 2 and var colon && colon < name.Length - 1
        && name.AsSpan(2).IndexOfAnyExcept(KeyCharacters) < 0;

    private static readonly System.Buffers.SearchValues<char> KeyCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:_-.");
}
