namespace Dendrites

open System
open System.Diagnostics
open Dendrites.Cli

/// Looks on while `run` learns the tasks before number `until`, and says how it goes.
type internal Watch<'s>(run: Trained<'s>, until: int, teller: Teller, isStopped: unit -> bool) =
    let plan, first = run.Plan, run.State
    let tasks = plan.Stream.Train.Length

    let stepsLeft =
        let all =
            List.sum
                [ for task in first.Task .. until - 1 -> plan.Config.Epochs * Run.stepsPerEpoch plan task ]

        match first.Position with
        | Learning(epoch, step) -> all - epoch * Run.stepsPerEpoch plan first.Task - step
        | _ -> all

    let testsLeft =
        List.sum
            [ for task in first.Task .. until - 1 do
                  if RunConfig.evaluatesAfter (task + 1) plan.Config then
                      task + 1

                  RunConfig.testsAhead task plan.Config ]

    let estimate = Estimate(int64 stepsLeft, int64 testsLeft)
    let lap = Stopwatch.StartNew()
    let losses = ResizeArray<float>()

    let seconds () =
        let seconds = lap.Elapsed.TotalSeconds
        lap.Restart()
        seconds

    let say task (step: StepReport option) =
        teller.Say(fun () ->
            match step with
            | Some step ->
                Words.Doing(
                    Progress(
                        Title = "",
                        Tasks = tasks,
                        Epochs = plan.Config.Epochs,
                        Task = task + 1,
                        Epoch = step.Epoch + 1,
                        Step = step.Step,
                        Steps = step.Steps,
                        Loss = step.Loss,
                        Left = estimate.Left()
                    )
                )
            | None ->
                Words.Doing(
                    Progress(
                        Title = "",
                        Tasks = tasks,
                        Epochs = plan.Config.Epochs,
                        Task = task + 1,
                        Testing = true,
                        Left = estimate.Left()
                    )
                ))

    /// The losses of the updates that were made.
    member _.Losses = List.ofSeq losses

    /// Takes note of what happened; whether to go on. Raises ScriptException when the loss is no number any more.
    member _.GoesOn(happened: RunEvent) : bool =
        match happened with
        | TaskBegan _ ->
            seconds () |> ignore
            not (isStopped ())
        | Stepped step ->
            estimate.Stepped(seconds ())
            losses.Add step.Loss

            if not (Double.IsFinite step.Loss) then
                Script.fail
                    $"the loss became {step.Loss} in task {step.Task + 1}, epoch {step.Epoch + 1}, step {step.Step}; a smaller LearningRate may help"

            say step.Task (Some step)
            not (isStopped ())
        | Evaluated(after, _, _) ->
            estimate.Tested(seconds ())
            say (max 0 after) None
            not (isStopped ())
        | TaskEnded task -> task + 1 < until && not (isStopped ())
        | Ended -> true
