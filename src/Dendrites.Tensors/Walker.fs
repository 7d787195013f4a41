namespace Dendrites

open System
open System.Collections.Concurrent
open System.Collections.Generic
open System.Globalization
open System.Reflection
open System.Text.Json
open Microsoft.FSharp.Reflection

/// Hands out the tensors of a rebuild in order.
type internal TensorReader(tensors: Tensor[]) =
    let mutable next = 0

    member _.Next() =
        let tensor = tensors[next]
        next <- next + 1
        tensor

/// Knows where the tensors of one type's values are. Three passes over the same leaves in the same order.
type internal IWalker =
    /// Appends the tensors of `value`.
    abstract Collect: value: objnull * into: List<Tensor> -> unit
    /// Appends the path of each tensor, given the path of `value` itself ("" at the root).
    abstract Name: value: objnull * path: string * into: List<string> -> unit
    /// `value` with its tensors replaced by those of the reader.
    abstract Rebuild: value: objnull * from: TensorReader -> objnull

[<RequireQualifiedAccess>]
module internal Path =

    /// `parent.step`, or `step` at the root.
    let (/.) parent step =
        if parent = "" then step else parent + "." + step

    /// A map's key as one step of a path: a dot in a key is not a separator.
    let ofKey (key: objnull) =
        (Convert.ToString(key, CultureInfo.InvariantCulture) |> string)
            .Replace("\\", "\\\\")
            .Replace(".", "\\.")

    /// Field names in camel case, or as they are where camel case would make two the same.
    let ofFields (names: string[]) =
        let camel = names |> Array.map JsonNamingPolicy.CamelCase.ConvertName

        if (Array.distinct camel).Length = camel.Length then
            camel
        else
            names

open type System.Reflection.BindingFlags

type private Leaf() =
    interface IWalker with
        member _.Collect(value, into) =
            match value with
            | :? Tensor as tensor -> into.Add tensor
            | _ -> invalidArg "tree" "A tree of tensors holds a null tensor."

        member _.Name(_, path, into) = into.Add path
        member _.Rebuild(_, from) = from.Next()

/// A value that holds no tensors.
type private Opaque() =
    interface IWalker with
        member _.Collect(_, _) = ()
        member _.Name(_, _, _) = ()
        member _.Rebuild(value, _) = value

/// Stands for a type inside itself while that type's walker is being made.
type private Deferred() =
    member val Target: IWalker = Opaque() with get, set

    interface IWalker with
        member this.Collect(value, into) = this.Target.Collect(value, into)
        member this.Name(value, path, into) = this.Target.Name(value, path, into)
        member this.Rebuild(value, from) = this.Target.Rebuild(value, from)

/// A record, a tuple, or one case of a union. An empty step adds nothing to the path.
type private Product
    (read: objnull -> objnull[], make: objnull[] -> objnull, steps: string[], walkers: IWalker[]) =
    interface IWalker with
        member _.Collect(value, into) =
            let fields = read value

            for i in 0 .. fields.Length - 1 do
                walkers[i].Collect(fields[i], into)

        member _.Name(value, path, into) =
            let fields = read value

            for i in 0 .. fields.Length - 1 do
                let step = steps[i]
                walkers[i].Name(fields[i], (if step = "" then path else Path.(/.) path step), into)

        member _.Rebuild(value, from) =
            let fields = read value

            for i in 0 .. fields.Length - 1 do
                fields[i] <- walkers[i].Rebuild(fields[i], from)

            make fields

type private Union(tag: objnull -> int, cases: IWalker[]) =
    interface IWalker with
        member _.Collect(value, into) = cases[tag value].Collect(value, into)

        member _.Name(value, path, into) =
            cases[tag value].Name(value, path, into)

        member _.Rebuild(value, from) = cases[tag value].Rebuild(value, from)

/// The collection in `value`; F# collections are never null, arrays must not be.
[<AutoOpen>]
module private Held =
    let restored<'c> (value: objnull) : 'c = unbox<'c> value

    let held<'c> (value: objnull) : 'c =
        match value with
        | :? 'c as collection -> collection
        | _ -> invalidArg "tree" "A tree of tensors holds a null array."

type private ArrayWalker<'item>(item: IWalker) =
    interface IWalker with
        member _.Collect(value, into) =
            for element in held<'item[]> value do
                item.Collect(box element, into)

        member _.Name(value, path, into) =
            held<'item[]> value
            |> Array.iteri (fun i element -> item.Name(box element, Path.(/.) path (string i), into))

        member _.Rebuild(value, from) =
            held<'item[]> value
            |> Array.map (fun element -> restored<'item>(item.Rebuild(box element, from)))
            |> box

type private ListWalker<'item>(item: IWalker) =
    interface IWalker with
        member _.Collect(value, into) =
            for element in held<'item list> value do
                item.Collect(box element, into)

        member _.Name(value, path, into) =
            held<'item list> value
            |> List.iteri (fun i element -> item.Name(box element, Path.(/.) path (string i), into))

        member _.Rebuild(value, from) =
            held<'item list> value
            |> List.map (fun element -> restored<'item>(item.Rebuild(box element, from)))
            |> box

type private MapWalker<'key, 'item when 'key: comparison>(item: IWalker) =
    interface IWalker with
        member _.Collect(value, into) =
            for entry in held<Map<'key, 'item>> value do
                item.Collect(box entry.Value, into)

        member _.Name(value, path, into) =
            for entry in held<Map<'key, 'item>> value do
                item.Name(box entry.Value, Path.(/.) path (Path.ofKey (box entry.Key)), into)

        member _.Rebuild(value, from) =
            held<Map<'key, 'item>> value
            |> Map.map (fun _ element -> restored<'item>(item.Rebuild(box element, from)))
            |> box

/// A value whose static type says nothing (`obj`): walked as what it is.
type private Dynamic(find: Type -> IWalker) =
    let walker (value: objnull) =
        match value with
        | null -> Opaque() :> IWalker
        | value when value.GetType() = typeof<obj> -> Opaque()
        | value -> find (value.GetType())

    interface IWalker with
        member _.Collect(value, into) = (walker value).Collect(value, into)
        member _.Name(value, path, into) = (walker value).Name(value, path, into)
        member _.Rebuild(value, from) = (walker value).Rebuild(value, from)

/// Walkers by type: made once by reflection, then kept.
[<RequireQualifiedAccess>]
module internal Walker =

    let private made = ConcurrentDictionary<Type, IWalker>()
    let private opaque = Opaque() :> IWalker
    let private flags = Public ||| NonPublic

    let private isGeneric (definition: Type) (t: Type) =
        t.IsGenericType && t.GetGenericTypeDefinition() = definition

    let private present (read: obj -> objnull[]) (value: objnull) =
        match value with
        | null -> invalidArg "tree" "A tree of tensors holds a null record or tuple."
        | value -> read value

    let private instantiate (definition: Type) (arguments: Type[]) (item: IWalker) =
        Activator.CreateInstance(
            definition.MakeGenericType arguments,
            Instance ||| flags,
            null,
            [| box item |],
            null
        )
        :?> (IWalker | null)
        |> nonNull

    let rec private make (underWay: Dictionary<Type, Deferred>) (t: Type) : IWalker =
        match made.TryGetValue t, underWay.TryGetValue t with
        | (true, walker), _ -> walker
        | _, (true, deferred) -> deferred
        | _ ->
            let deferred = Deferred()
            underWay[t] <- deferred
            let walker = build underWay t
            deferred.Target <- walker
            underWay.Remove t |> ignore
            walker

    and private build underWay (t: Type) : IWalker =
        let product read make' steps (types: Type[]) : IWalker =
            let walkers = types |> Array.map (make underWay)

            if walkers |> Array.forall (fun w -> w :? Opaque) then
                opaque
            else
                Product(read, make', steps, walkers)

        let sequence definition (arguments: Type[]) =
            match make underWay (Array.last arguments) with
            | :? Opaque -> opaque
            | item -> instantiate definition arguments item

        if t = typeof<Tensor> then
            Leaf()
        elif t = typeof<obj> then
            Dynamic find
        elif t.IsArray && t.GetArrayRank() = 1 then
            sequence typedefof<ArrayWalker<_>> [| nonNull (t.GetElementType()) |]
        elif isGeneric typedefof<list<_>> t then
            sequence typedefof<ListWalker<_>> (t.GetGenericArguments())
        elif isGeneric typedefof<Map<_, _>> t then
            sequence typedefof<MapWalker<_, _>> (t.GetGenericArguments())
        elif FSharpType.IsTuple t then
            let items = FSharpType.GetTupleElements t

            product
                (present (FSharpValue.PreComputeTupleReader t))
                (FSharpValue.PreComputeTupleConstructor t)
                (Array.init items.Length string)
                items
        elif FSharpType.IsRecord(t, flags) then
            let fields = FSharpType.GetRecordFields(t, flags)

            product
                (present (FSharpValue.PreComputeRecordReader(t, flags)))
                (FSharpValue.PreComputeRecordConstructor(t, flags))
                (fields |> Array.map _.Name |> Path.ofFields)
                (fields |> Array.map _.PropertyType)
        elif FSharpType.IsUnion(t, flags) then
            union product t
        else
            refuse underWay t
            opaque

    /// An error if a value of type `t` holds tensors that cannot be replaced: to pass it through unchanged would make a
    /// gradient of the parameters themselves.
    and private refuse underWay (t: Type) =
        let holdsTensors (item: Type) =
            match make underWay item with
            | :? Opaque
            | :? Dynamic
            | :? Deferred -> false
            | _ -> true

        let items (sequence: Type) =
            match sequence.GetGenericArguments()[0] with
            | entry when isGeneric typedefof<KeyValuePair<_, _>> entry -> entry.GetGenericArguments()
            | item -> [| item |]

        let itemTypes =
            if t.IsArray then
                [| nonNull (t.GetElementType()) |]
            else
                Array.append [| t |] (t.GetInterfaces())
                |> Array.filter (isGeneric typedefof<seq<_>>)
                |> Array.collect items

        if itemTypes |> Array.exists holdsTensors then
            invalidArg
                "tree"
                $"A tree of tensors cannot hold a {t.Name}; it may be made of records, tuples, lists, arrays of one dimension, options, unions and maps."

    and private union product (t: Type) : IWalker =
        let isOption = isGeneric typedefof<option<_>> t || isGeneric typedefof<voption<_>> t

        let ofCase (case: UnionCaseInfo) =
            let fields = case.GetFields()
            let name = JsonNamingPolicy.CamelCase.ConvertName case.Name

            let steps =
                match fields with
                | [| _ |] when isOption -> [| "" |]
                | [| only |] when only.Name = "Item" || t.Assembly = typeof<unit>.Assembly -> [| name |]
                | _ when fields |> Array.forall (fun f -> f.Name.StartsWith "Item") ->
                    Array.init fields.Length (fun i -> $"{name}.{i}")
                | _ ->
                    fields
                    |> Array.map _.Name
                    |> Path.ofFields
                    |> Array.map (fun field -> $"{name}.{field}")

            product
                (FSharpValue.PreComputeUnionReader(case, flags))
                (FSharpValue.PreComputeUnionConstructor(case, flags))
                steps
                (fields |> Array.map _.PropertyType)

        let cases = FSharpType.GetUnionCases(t, flags) |> Array.map ofCase

        if cases |> Array.forall (fun w -> w :? Opaque) then
            opaque
        else
            Union(FSharpValue.PreComputeUnionTagReader(t, flags), cases)

    /// The walker of a type.
    and find (t: Type) : IWalker =
        match made.TryGetValue t with
        | true, walker -> walker
        | _ -> made.GetOrAdd(t, make (Dictionary()) t)
