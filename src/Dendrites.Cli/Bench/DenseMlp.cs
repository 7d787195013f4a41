using TorchSharp;
using TorchSharp.Modules;

namespace Dendrites.Cli;

/// <summary>A dense network as one writes it with TorchSharp alone: what every row is compared with.</summary>
internal sealed class DenseMlp : IContender
{
    private readonly (Parameter Weight, Parameter Bias)[] _layers;
    private readonly torch.optim.Optimizer _adam;

    public DenseMlp(Learner.Config config, Key key, int threads)
    {
        LibtorchThreads = threads;
        var drawn = Learner.init(config, key);
        _layers =
        [
            .. drawn.Parameters.Hidden.Select(layer => (Own(layer.Weight), Own(layer.Bias))),
            .. drawn.Parameters.Heads.Select(head => (Own(head.Weight), Own(head.Bias))),
        ];
        Tree.dispose(drawn);
        _adam = torch.optim.Adam(_layers.SelectMany(layer => new[] { layer.Weight, layer.Bias }), config.Optimiser.LearningRate);
    }

    public int LibtorchThreads { get; }

    public void Meet(int number, Task task)
    {
    }

    public void Step(int task, Samples batch)
    {
        using var scope = torch.NewDisposeScope();
        _adam.zero_grad();
        var loss = torch.nn.functional.cross_entropy(Scores(batch.Images.torch), batch.Labels.torch);
        loss.backward();
        _adam.step();
        loss.ToDouble();
    }

    public void Ask(int task, Tensor images)
    {
        using var scope = torch.NewDisposeScope();
        using var gradients = torch.no_grad();
        Scores(images.torch);
    }

    public void Dispose()
    {
        _adam.Dispose();
        foreach (var (weight, bias) in _layers)
        {
            weight.Dispose();
            bias.Dispose();
        }
    }

    private static Parameter Own(Tensor tensor) => new(tensor.torch.clone());

    private torch.Tensor Scores(torch.Tensor x)
    {
        foreach (var (weight, bias) in _layers[..^1]) x = torch.nn.functional.relu(torch.nn.functional.linear(x, weight, bias));
        return torch.nn.functional.linear(x, _layers[^1].Weight, _layers[^1].Bias);
    }
}
