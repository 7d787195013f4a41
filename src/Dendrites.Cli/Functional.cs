using Microsoft.FSharp.Core;

namespace Dendrites.Cli;

/// <summary>C# functions as the F# functions that Core takes.</summary>
internal static class Functional
{
    public static FSharpFunc<Unit, T> Of<T>(Func<T> f) => FuncConvert.FromFunc(f);

    public static FSharpFunc<T, R> Of<T, R>(Func<T, R> f) => FuncConvert.FromFunc(f);

    public static FSharpFunc<T, Unit> Of<T>(Action<T> f) => FuncConvert.FromAction(f);

    /// <summary>Null becomes None.</summary>
    public static FSharpFunc<T, FSharpOption<R>?> Option<T, R>(Func<T, R?> f) where R : class =>
        FuncConvert.FromFunc<T, FSharpOption<R>?>(value =>
            f(value) is { } result ? FSharpOption<R>.Some(result) : FSharpOption<R>.None);
}
