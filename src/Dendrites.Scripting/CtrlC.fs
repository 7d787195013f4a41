namespace Dendrites

open System
open System.Reflection

/// While one lives, Ctrl-C asks to stop instead of ending the process; a second time it means what it meant before.
///
/// The prompt of F# answers Ctrl-C too: a tenth of a second later it aborts what is evaluated, and what that was to return is lost.
/// Handlers that were there before are therefore set aside, for which .NET has no public way; where it cannot be done they are called
/// as well.
[<Sealed>]
type internal CtrlC() as this =
    static let gate = obj ()
    static let mutable living: CtrlC list = []
    static let mutable aside: ConsoleCancelEventHandler option = None

    static let handlers =
        typeof<Console>.GetField("s_cancelCallbacks", BindingFlags.NonPublic ||| BindingFlags.Static)
        |> Option.ofObj

    static let handle (sender: obj | null) (pressed: ConsoleCancelEventArgs) =
        match living |> List.filter (fun (one: CtrlC) -> not one.Asked) with
        | [] -> aside |> Option.iter (fun others -> others.Invoke(sender, pressed))
        | unasked ->
            pressed.Cancel <- true

            for one in unasked do
                one.Ask()

    static let handler = ConsoleCancelEventHandler handle

    static let install () =
        aside <-
            handlers
            |> Option.bind (fun field -> Option.ofObj (field.GetValue null))
            |> Option.map (fun others -> others :?> ConsoleCancelEventHandler)

        Console.CancelKeyPress.AddHandler handler

        match handlers, aside with
        | Some field, Some _ -> field.SetValue(null, handler)
        | _ -> ()

    static let remove () =
        match handlers, aside with
        | Some field, Some others -> field.SetValue(null, others)
        | _ -> Console.CancelKeyPress.RemoveHandler handler

        aside <- None

    let mutable asked = false

    do
        lock gate (fun () ->
            if living.IsEmpty then
                install ()

            living <- this :: living)

    /// Whether Ctrl-C was pressed since it began to live.
    member _.Asked = asked

    /// As if Ctrl-C were pressed.
    member _.Ask() = asked <- true

    interface IDisposable with
        member _.Dispose() =
            lock gate (fun () ->
                if List.contains this living then
                    living <- List.except [ this ] living

                    if living.IsEmpty then
                        remove ())
