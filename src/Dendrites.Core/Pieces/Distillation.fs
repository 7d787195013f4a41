namespace Dendrites

/// Learning without Forgetting (Li and Hoiem 2016): what the network answered before a task is kept by distillation on that task's
/// own samples (Hinton et al. 2015).
[<RequireQualifiedAccess>]
module Distillation =

    /// How strongly, and how softly.
    type Config =
        {
            /// Weight λ of the loss, at least 0.
            Strength: float
            /// τ, above 0: scores are divided by it.
            Temperature: float
        }

    /// The network where the last task ended.
    type State =
        {
            /// Its parameters.
            Teacher: Network.Parameters
            /// Tasks that it has learned, int64: with none it teaches nothing.
            Tasks: Tensor
        }

    /// What the paper uses.
    let published = { Strength = 1.0; Temperature = 2.0 }

    /// Before the first task.
    let init (parameters: Network.Parameters) : State =
        { Teacher = Tree.map TensorMemory.copy parameters
          Tasks = dsharp.tensor 0L }

    /// Whether there is something to keep.
    let teaches (state: State) = state.Tasks.toDouble () > 0.0

    /// λ τ² KL(softmax(t/τ) ‖ softmax(s/τ)), the mean over a batch, for a teacher's scores t and a student's s, `[batch; classes]`.
    /// Zero where they agree.
    let loss (config: Config) (teacher: Tensor) (student: Tensor) : Tensor =
        let temperature = config.Temperature
        let soft = dsharp.softmax (teacher / temperature, 1)

        let divergence =
            soft
            * (dsharp.logsoftmax (teacher / temperature, 1)
               - dsharp.logsoftmax (student / temperature, 1))

        divergence.sum ()
        * (config.Strength * temperature * temperature / float teacher.shape[0])

    /// After a task.
    let endTask (parameters: Network.Parameters) (state: State) : State =
        { Teacher = Tree.map TensorMemory.copy parameters
          Tasks = dsharp.tensor (int64 (state.Tasks.toDouble ()) + 1L) }
