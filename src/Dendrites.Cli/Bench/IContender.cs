namespace Dendrites.Cli;

/// <summary>Something that learns and answers, to be timed.</summary>
internal interface IContender : IDisposable
{
    /// <summary>Threads that libtorch may use while this one works: idle ones of libtorch's would spin, and take a core from others.</summary>
    int LibtorchThreads { get; }

    /// <summary>Begins a task: forms its context.</summary>
    void Meet(int number, Task task);

    /// <summary>An update.</summary>
    void Step(int task, Samples batch);

    /// <summary>Class scores of images.</summary>
    void Ask(int task, Tensor images);
}

/// <summary>A method and its state.</summary>
internal sealed class Learning<TState>(Method<TState> method, Key key, int libtorchThreads) : IContender
{
    /// <summary>What the method remembers.</summary>
    public TState State { get; private set; } = method.Init.Invoke(key);

    public int LibtorchThreads => libtorchThreads;

    public void Meet(int number, Task task) => Advance(state => method.BeginTask.Invoke(number).Invoke(task).Invoke([0]).Invoke(state));

    public void Step(int task, Samples batch) => Advance(state => method.Step.Invoke(task).Invoke(batch).Invoke(state).Item1);

    public void Ask(int task, Tensor images) => Scope.run(Functional.Of(() => method.Predict.Invoke(task).Invoke(images).Invoke(State).shape[0]));

    public void Dispose() => method.Free.Invoke(State);

    private void Advance(Func<TState, TState> next) => State = Scope.advance(Microsoft.FSharp.Core.FuncConvert.FromFunc(next), State);
}
