namespace Dendrites

open System
open System.Reflection

/// While it lives, Ctrl-C asks to stop instead of ending the process; a second time means what it did before.
///
/// The prompt of F# answers Ctrl-C too: a tenth of a second later it aborts what is evaluated, and what that was to return is lost. Handlers
/// that were there before are therefore set aside, which .NET has no public way for; where it cannot be done they are called as well.
type internal CtrlC() =
    let field =
        typeof<Console>.GetField("s_cancelCallbacks", BindingFlags.NonPublic ||| BindingFlags.Static)
        |> Option.ofObj

    let others =
        field
        |> Option.bind (fun field -> Option.ofObj (field.GetValue null))
        |> Option.map (fun handlers -> handlers :?> ConsoleCancelEventHandler)

    let mutable asked = false

    let handle (sender: obj | null) (pressed: ConsoleCancelEventArgs) =
        if not asked then
            asked <- true
            pressed.Cancel <- true
        else
            others |> Option.iter (fun others -> others.Invoke(sender, pressed))

    let handler = ConsoleCancelEventHandler handle

    do
        Console.CancelKeyPress.AddHandler handler

        if others.IsSome then
            field |> Option.iter (fun field -> field.SetValue(null, handler))

    /// Whether Ctrl-C was pressed.
    member _.Asked = asked

    interface IDisposable with
        member _.Dispose() =
            if others.IsSome then
                field |> Option.iter (fun field -> field.SetValue(null, Option.toObj others))
            else
                Console.CancelKeyPress.RemoveHandler handler
