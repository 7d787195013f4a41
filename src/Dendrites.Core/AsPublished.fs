namespace Dendrites

/// `Learner`'s family computed as the published code does it: every sample of a batch brings a copy of its context, and
/// every segment reads every copy. The same results within rounding, at many times the cost: something to compare with.
[<RequireQualifiedAccess>]
module AsPublished =

    /// `context` with a row for each of `samples` samples.
    let private repeated (samples: int) (context: Context) : Context =
        match context with
        | Shared row -> PerSample(row.unsqueeze(0).expand [ samples; row.shape[0] ])
        | Rows(rows, index) -> PerSample(dsharp.indexSelect (rows, 0, index))
        | NoContext
        | PerSample _ -> context

    /// One update; see `Learner.step`.
    let step (config: Learner.Config) (task: int) (batch: Samples) (state: Learner.State) =
        let context = repeated batch.Count (Learner.trainingContext config task state)
        Learner.stepIn config context batch state

    /// Class scores `[batch; classes]` with inferred contexts; see `Learner.predict`.
    let predict (config: Learner.Config) (task: int) (x: Tensor) (state: Learner.State) : Tensor =
        let context = repeated x.shape[0] (Learner.inferContext config task x state)
        fst (Network.apply config.Network Inference state.Parameters state.Winners x context)

    /// `Learner.asMethod`, computed so.
    let asMethod (config: Learner.Config) : Method<Learner.State> =
        { Learner.asMethod config with
            Step = step config
            Predict = predict config }
