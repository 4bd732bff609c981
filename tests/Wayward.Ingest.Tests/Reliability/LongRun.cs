namespace Wayward.Ingest.Tests.Reliability;

/// <summary>Each harness has a short set for every build and a long set, chosen by the environment variable <c>WAYWARD_LONG=1</c>.</summary>
internal static class LongRun
{
    public static bool On { get; } = Environment.GetEnvironmentVariable("WAYWARD_LONG") == "1";

    public static int Pick(int usual, int whole) => On ? whole : usual;

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
