namespace Wayward.Web.Commands;

/// <summary>What the program answers to its caller; part of the command line's contract.</summary>
internal static class ExitCode
{
    /// <summary>Done; for <c>scan</c>: nothing at or above the level asked for.</summary>
    public const int Success = 0;
    /// <summary><c>scan</c>: something at or above the level. Other commands: the thing named does not exist or a check failed.</summary>
    public const int Found = 1;
    /// <summary>Arguments or options are wrong; every error is on standard error.</summary>
    public const int Usage = 2;
    /// <summary>Input could not be read, or output not written.</summary>
    public const int Input = 3;
    /// <summary>A fault of the program itself.</summary>
    public const int Fault = 70;
}

/// <summary>Arguments or options are wrong. Carries all errors at once, each naming its key and what would be accepted.</summary>
internal sealed class UsageException(params IReadOnlyList<string> errors) : Exception(string.Join(Environment.NewLine, errors))
{
    public IReadOnlyList<string> Errors { get; } = errors;
}

/// <summary>Input could not be read or output not written; the message is for the person at the terminal.</summary>
internal sealed class InputException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>A file that cannot be read. Of a folder the system says no more than that access is denied.</summary>
    /// <param name="what">As the user wrote it, with its option.</param>
    public static InputException Unreadable(string what, string path, Exception inner) => new($"{what} cannot be read: {(Directory.Exists(path) ? "it is a folder" : inner.Message)}", inner);
}
