namespace Dendrites

/// What a method is told of the tasks, beside images and labels: accuracies of methods that were told different things say
/// different things.
[<RequireQualifiedAccess>]
module Information =

    /// While it learns.
    let learning (config: RunConfig) : string list =
        [ match config.Context with
          | _ when ScenarioKeys.isReadByTask config -> "which task is learned"
          | Prototype
          | OneHotTask
          | SparseBinary
          | OwnPrototype -> "which task is learned"
          | Clustered
          | InputItself
          | Pooled
          | Contextless -> ()
          match config.Boundaries with
          | Given -> "where tasks end, its optimiser starting anew"
          | Kept -> "where tasks end"
          | NotGiven -> ()
          match config.Order with
          | Sequential -> ()
          | Cumulative -> "the samples of all earlier tasks again"
          | Interleaved -> "the samples of all tasks at once"
          if config.Segments = config.Tasks && config.Segments > 1 then
              "how many tasks there are, a segment for each" ]

    /// While it is tested.
    let testing (config: RunConfig) : string list =
        [ match config.Context with
          | OneHotTask
          | SparseBinary
          | OwnPrototype -> "which task is asked"
          | _ when ScenarioKeys.isReadByTask config || List.contains Packnet config.Pieces ->
              "which task is asked"
          | Prototype
          | Clustered
          | InputItself
          | Pooled
          | Contextless -> () ]

    /// Both, in a sentence.
    let describe (config: RunConfig) : string =
        let told items =
            match items with
            | [] -> "nothing"
            | _ -> String.concat "; " items

        $"Learning: {told (learning config)}. Test: {told (testing config)}."
