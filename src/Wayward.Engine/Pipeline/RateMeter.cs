namespace Wayward.Engine.Pipeline;

/// <summary>A rate over the last ten seconds.</summary>
internal sealed class RateMeter(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    private readonly Queue<(long At, long Count)> _samples = new();
    private readonly Lock _gate = new();
    private long _sum;

    public void Add(long count)
    {
        lock (_gate)
        {
            _samples.Enqueue((time.GetTimestamp(), count));
            _sum += count;
            Trim();
        }
    }

    public double PerSecond
    {
        get
        {
            lock (_gate)
            {
                Trim();
                if (_samples.Count == 0) return 0;
                double seconds = time.GetElapsedTime(_samples.Peek().At).TotalSeconds;
                return _sum / Math.Max(seconds, 1);
            }
        }
    }

    private void Trim()
    {
        while (_samples.Count > 0 && time.GetElapsedTime(_samples.Peek().At) > Window) _sum -= _samples.Dequeue().Count;
    }
}
