using System.Reflection;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Wayward.Engine.Tests.Fakes;

/// <summary>Passes calls to a store on, counts them over all stores, and fails one.</summary>
public class FailNth : DispatchProxy
{
    private object _inner = null!;
    private CallCounter _counter = null!;

    public static void Decorate<T>(IServiceCollection services, CallCounter counter) where T : class
    {
        var original = services.Last(s => s.ServiceType == typeof(T));
        services.AddSingleton(p =>
        {
            var proxy = Create<T, FailNth>();
            ((FailNth)(object)proxy)._inner = original.ImplementationFactory!(p);
            ((FailNth)(object)proxy)._counter = counter;
            return proxy;
        });
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (_counter.Next()) throw new SqliteException("planted: database is locked", 5);
        try
        {
            return targetMethod!.Invoke(_inner, args);
        }
        catch (TargetInvocationException e)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(e.InnerException!).Throw();
            throw;
        }
    }
}

/// <param name="fail">The call that fails, 1-based; 0 = none.</param>
public sealed class CallCounter(int fail)
{
    private int _calls;
    public int Calls => _calls;
    public bool Next() => Interlocked.Increment(ref _calls) == fail;
}
