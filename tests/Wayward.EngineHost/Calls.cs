using System.Reflection;
using System.Runtime.ExceptionServices;

namespace Wayward.EngineHost;

/// <summary>Passes the calls of an interface on, and does something before those of one method, which is asynchronous with a result.</summary>
public class Calls : DispatchProxy
{
    private static readonly MethodInfo After = typeof(Calls).GetMethod(nameof(AfterAsync), BindingFlags.NonPublic | BindingFlags.Instance)!;
    private object _inner = null!;
    private string _method = "";
    private Func<Task> _before = null!;

    public static T Of<T>(T inner, string method, Func<Task> before) where T : class
    {
        var proxy = Create<T, Calls>();
        var calls = (Calls)(object)proxy;
        (calls._inner, calls._method, calls._before) = (inner, method, before);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod!.Name == _method ? After.MakeGenericMethod(targetMethod.ReturnType.GenericTypeArguments).Invoke(this, [targetMethod, args]) : Call(targetMethod, args);

    private async Task<TResult> AfterAsync<TResult>(MethodInfo method, object?[]? args)
    {
        await _before();
        return await (Task<TResult>)Call(method, args)!;
    }

    private object? Call(MethodInfo method, object?[]? args)
    {
        try
        {
            return method.Invoke(_inner, args);
        }
        catch (TargetInvocationException e)
        {
            ExceptionDispatchInfo.Capture(e.InnerException!).Throw();
            throw;
        }
    }
}
