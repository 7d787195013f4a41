namespace Dendrites.MetaWorld

open Dendrites.MetaWorld.Tasks

/// The benchmark MT10: ten tasks in order, which is also the order of the one-hot code.
[<RequireQualifiedAccess>]
module MT10 =

    /// The tasks.
    let tasks: Task list =
        [ Puck.reach
          Puck.push
          Puck.pickPlace
          Door.task
          Drawer.openTask
          Drawer.closeTask
          Button.task
          Peg.task
          Window.openTask
          Window.closeTask ]

    /// Their names.
    let names = tasks |> List.map _.Name

    /// The task of a name, with its number.
    let find (name: string) =
        tasks |> List.indexed |> List.tryFind (fun (_, task) -> task.Name = name)
