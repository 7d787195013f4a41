namespace Dendrites

/// What follows from the keys that experiments have of their own.
[<RequireQualifiedAccess>]
module ScenarioKeys =

    /// Classes of the data sets.
    [<Literal>]
    let Classes = 10

    let private isSplit (config: RunConfig) = config.Experiment = "split-mnist"

    /// The keys that stand nowhere else.
    let keys: ConfigKey<RunConfig> list =
        [ ConfigKey.choice
              [ "even", EvenAngles; "drawn", DrawnAngles ]
              (=)
              "angles"
              "by which rotated-mnist turns, from 0 below 180 degrees: evenly spaced, or drawn from the seed"
              _.Angles
              (fun value config -> { config with Angles = value })
          ConfigKey.flag
              "normalise"
              "whether pixels are normalised by the training set's mean and deviation; else they are in [0, 1]"
              _.Normalise
              (fun value config -> { config with Normalise = value }) ]

    /// Classes that the network has outputs for, where the data have `classes`.
    let outputs (classes: int) (config: RunConfig) : int =
        if isSplit config && config.Reading = DomainIncremental then
            classes / max 1 config.Tasks
        else
            classes

    /// Whether scores are those of the task's own classes alone, in loss and answer.
    let isReadByTask (config: RunConfig) : bool =
        isSplit config && config.Reading = TaskIncremental

    /// Classes among which an answer is sought, of so many outputs; see `Answers`.
    let choices (outputs: int) (config: RunConfig) : int =
        if isReadByTask config then
            outputs / max 1 config.Tasks
        else
            outputs

    /// Training samples of each task, where there are `images` that every class has as many of: exact but for split data.
    let sizes (images: int) (config: RunConfig) : int list =
        let one =
            if isSplit config then
                images / max 1 config.Tasks
            else
                images

        match config.Order with
        | Sequential
        | Interleaved -> List.replicate config.Tasks one
        | Cumulative -> [ for task in 1 .. config.Tasks -> task * one ]

    /// Every reason why they cannot go together, or with other keys.
    let validate (config: RunConfig) : Problem list =
        let fits tasks =
            Classes % tasks = 0 && (config.Reading = ClassIncremental || tasks < Classes)

        let accepted =
            [ 1..Classes ] |> List.filter fits |> List.map string |> String.concat " | "

        [ if isSplit config && not (config.Tasks >= 1 && fits config.Tasks) then
              Problem.at
                  "tasks"
                  (string config.Tasks)
                  $"{accepted}, which ten classes can be split into with this reading"
          if not (isSplit config) && config.Reading <> ClassIncremental then
              Problem.at "reading" "domain or task" $"class with {config.Experiment}"
          if config.Experiment <> "rotated-mnist" && config.Angles <> EvenAngles then
              Problem.at "angles" "drawn" $"even with {config.Experiment}"
          match config.Order, config.Context with
          | Sequential, _
          | _, InputItself
          | _, Pooled
          | _, Contextless -> ()
          | _ ->
              Problem.at
                  "context"
                  "one for a task or a batch"
                  "none | input | pooled where the order is cumulative or interleaved: tasks are mixed" ]
