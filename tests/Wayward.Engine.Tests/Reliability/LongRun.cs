namespace Wayward.Engine.Tests.Reliability;

/// <summary>Each harness has a short set for every build and a long set, chosen by the environment variable <c>WAYWARD_LONG=1</c>.</summary>
internal static class LongRun
{
    public static bool On { get; } = Environment.GetEnvironmentVariable("WAYWARD_LONG") == "1";

    public static int Pick(int usual, int whole) => On ? whole : usual;

    /// <summary>Passes of a sweep, each with another choice: <c>WAYWARD_PASSES=7</c> is all seven, <c>2-4</c> some.</summary>
    public static IEnumerable<int> Passes
    {
        get
        {
            string[] parts = (Environment.GetEnvironmentVariable("WAYWARD_PASSES") ?? "1").Split('-');
            int last = int.Parse(parts[^1], System.Globalization.CultureInfo.InvariantCulture), first = parts.Length > 1 ? int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture) : 1;
            return Enumerable.Range(first, last - first + 1);
        }
    }

    /// <summary>A seed of the day's choosing, printed; <c>WAYWARD_SEED</c> repeats a run.</summary>
    public static int Seed()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("WAYWARD_SEED"), out int given) ? given : Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        return seed;
    }

    public static void Say(string text)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(text);
        if (On) Console.Error.WriteLine(text);
    }
}
