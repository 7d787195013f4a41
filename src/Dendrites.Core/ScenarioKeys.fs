namespace Dendrites

/// The keys by which experiments differ, and what follows from them.
[<RequireQualifiedAccess>]
module ScenarioKeys =

    /// What a configuration starts from: the plain experiment.
    let standard: Scenario =
        { Reading = ByClass
          Order = Sequential
          Angles = EvenAngles }

    /// Classes of the data sets.
    let private allClasses = 10

    let private changed change value (config: RunConfig) =
        { config with
            Scenario = change value config.Scenario }

    let private reading =
        ConfigKey.choice
            [ "class", ByClass; "domain", ByDomain; "task", ByTask ]
            (=)
            "reading"
            "how split-mnist asks: which of all classes; which of the task's, outputs shared; which of the task's, the task given"
            _.Scenario.Reading
            (changed (fun value scenario -> { scenario with Reading = value }))

    let private order =
        ConfigKey.choice
            [ "sequential", Sequential
              "cumulative", Cumulative
              "interleaved", Interleaved ]
            (=)
            "order"
            "one task after another; each with all before it; a share of all at once"
            _.Scenario.Order
            (changed (fun value scenario -> { scenario with Order = value }))

    let private angles =
        ConfigKey.choice
            [ "even", EvenAngles; "drawn", DrawnAngles ]
            (=)
            "angles"
            "by which rotated-mnist turns, from 0 below 180 degrees: evenly spaced, or drawn from the seed"
            _.Scenario.Angles
            (changed (fun value scenario -> { scenario with Angles = value }))

    /// The keys.
    let keys: ConfigKey<RunConfig> list = [ reading; order; angles ]

    /// Classes that the network has outputs for, where the data have `classes`.
    let outputs (classes: int) (config: RunConfig) : int =
        match config.Experiment, config.Scenario.Reading with
        | Experiments.Split, ByDomain -> classes / max 1 config.Tasks
        | _ -> classes

    /// Classes among which an answer is sought, of `outputs`; see `Answers`.
    let choices (outputs: int) (config: RunConfig) : int =
        match config.Experiment, config.Scenario.Reading with
        | Experiments.Split, ByTask -> outputs / max 1 config.Tasks
        | _ -> outputs

    /// Training samples of each phase, where there are `images` that every class has as many of: exact but for split data.
    let sizes (images: int) (config: RunConfig) : int list =
        let one =
            match config.Experiment with
            | Experiments.Split -> images / max 1 config.Tasks
            | _ -> images

        match config.Scenario.Order with
        | Sequential
        | Interleaved -> List.replicate config.Tasks one
        | Cumulative -> [ for task in 1 .. config.Tasks -> task * one ]

    /// Every reason why the keys cannot go together, or with others.
    let validate (config: RunConfig) : Problem list =
        let { Reading = read
              Order = order'
              Angles = turned } =
            config.Scenario

        let divisors =
            [ for tasks in 1..allClasses do
                  if allClasses % tasks = 0 && (read = ByClass || tasks < allClasses) then
                      tasks ]

        [ match config.Experiment with
          | Experiments.Split when not (List.contains config.Tasks divisors) ->
              let accepted = divisors |> List.map string |> String.concat " | "

              Problem.at
                  "tasks"
                  (string config.Tasks)
                  $"{accepted} with split-mnist and reading {reading.Read config}"
          | Experiments.Split -> ()
          | _ when read <> ByClass ->
              Problem.at "reading" (reading.Read config) $"class with {config.Experiment}"
          | _ -> ()
          if turned <> EvenAngles && config.Experiment <> Experiments.Rotated then
              Problem.at "angles" (angles.Read config) $"even with {config.Experiment}"
          match order', config.Context with
          | Sequential, _
          | _, InputItself
          | _, Pooled
          | _, Contextless -> ()
          | _ ->
              Problem.at
                  "context"
                  "one for a task or batch"
                  $"none | input | pooled with order {order.Read config}: a batch holds several tasks" ]
