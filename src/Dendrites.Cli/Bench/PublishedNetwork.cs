using TorchSharp;
using TorchSharp.Modules;

namespace Dendrites.Cli;

/// <summary>
/// An Active Dendrites network as one writes it with TorchSharp alone, in the published way: every sample brings a copy of its context,
/// every segment reads every copy, every unit is written through k-winners, and missing weights are zeroed after each update.
/// </summary>
internal sealed class PublishedNetwork : IContender
{
    private readonly Layer[] _hidden;
    private readonly (Parameter Weight, Parameter Bias, torch.Tensor? Mask) _head;
    private readonly torch.optim.Optimizer _adam;
    private readonly double _density;
    private torch.Tensor _prototypes;

    public PublishedNetwork(Learner.Config config, Key key, int threads)
    {
        LibtorchThreads = threads;
        var drawn = Learner.init(config, key);
        _hidden =
        [
            .. drawn.Parameters.Hidden.Zip(drawn.Masks.Hidden, (layer, mask) =>
                new Layer(Own(layer.Weight), Own(layer.Bias), Own(layer.Segments!.Value), mask.Weight?.Value.torch.clone())),
        ];
        var (head, headMask) = (drawn.Parameters.Heads.Head, drawn.Masks.Heads.Head);
        _head = (Own(head.Weight), Own(head.Bias), headMask?.Value.torch.clone());
        _density = ((Network.Activation.KWinners)config.Network.Activation).Item.Density;
        _prototypes = drawn.Prototypes.Rows.torch.clone();
        Tree.dispose(drawn);
        _adam = torch.optim.Adam(Parameters(), config.Optimiser.LearningRate);
    }

    public int LibtorchThreads { get; }

    public void Meet(int number, Task task)
    {
        using var scope = torch.NewDisposeScope();
        var met = torch.cat([_prototypes, task.Gather.Invoke([0]).Images.torch]).MoveToOuterDisposeScope();
        _prototypes.Dispose();
        _prototypes = met;
    }

    public void Step(int task, Samples batch)
    {
        using var scope = torch.NewDisposeScope();
        _adam.zero_grad();
        var context = _prototypes[-1].unsqueeze(0).expand(batch.Count, -1);
        var loss = torch.nn.functional.cross_entropy(Scores(batch.Images.torch, context), batch.Labels.torch);
        loss.backward();
        _adam.step();
        using var gradients = torch.no_grad();
        foreach (var layer in _hidden)
            if (layer.Mask is not null) layer.Weight.mul_(layer.Mask);
        if (_head.Mask is not null) _head.Weight.mul_(_head.Mask);
        loss.ToDouble();
    }

    public void Ask(int task, Tensor images)
    {
        using var scope = torch.NewDisposeScope();
        Answer(images.torch);
    }

    /// <summary>Class scores under the nearest prototypes.</summary>
    public torch.Tensor Answer(torch.Tensor images)
    {
        using var gradients = torch.no_grad();
        return Scores(images, _prototypes.index_select(0, torch.cdist(images, _prototypes).argmin(1)));
    }

    public void Dispose()
    {
        _adam.Dispose();
        foreach (var parameter in Parameters()) parameter.Dispose();
        foreach (var layer in _hidden) layer.Mask?.Dispose();
        _head.Mask?.Dispose();
        _prototypes.Dispose();
    }

    private static Parameter Own(Tensor tensor) => new(tensor.torch.clone());

    private IEnumerable<Parameter> Parameters() =>
        [.. _hidden.SelectMany(layer => new[] { layer.Weight, layer.Bias, layer.Segments }), _head.Weight, _head.Bias];

    private torch.Tensor Scores(torch.Tensor x, torch.Tensor context)
    {
        foreach (var layer in _hidden)
        {
            var drive = torch.nn.functional.linear(x, layer.Weight, layer.Bias);
            var activation = torch.einsum("usc,bc->bus", layer.Segments, context);
            var winner = activation.abs().argmax(2, keepdim: true);
            var gated = drive * torch.sigmoid(activation.gather(2, winner).squeeze(2));
            x = Winners(gated, (int)Math.Round(_density * gated.shape[1]));
        }

        return torch.nn.functional.linear(x, _head.Weight, _head.Bias);
    }

    private static torch.Tensor Winners(torch.Tensor x, int k)
    {
        var threshold = x.detach().topk(k, 1).values.amin([1], keepdim: true);
        return torch.where(x >= threshold, x, torch.zeros_like(x));
    }

    private sealed record Layer(Parameter Weight, Parameter Bias, Parameter Segments, torch.Tensor? Mask);
}
