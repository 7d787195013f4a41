namespace Dendrites

open System
open System.Globalization

/// How a value is drawn at random.
type SweepDraw =
    /// One of these, each as likely as the others.
    | OneOf of values: string list
    /// A number between these, each as likely, to four digits, bounds included.
    | Uniform of low: float * high: float
    /// A number between these, above 0, whose logarithm is uniform, to four digits, bounds included.
    | LogUniform of low: float * high: float
    /// A whole number from the first to the second, both included.
    | WholeNumber of low: int * high: int

/// Many settings of one experiment as a table: every combination of the grid's values, of the rows of the zip, of the draws, and of the
/// seeds. Values are texts, as the keys of a configuration read them.
type Sweep =
    {
        /// Keys whose values are crossed, the first changing slowest.
        Grid: (string * string list) list
        /// Keys whose values go together, row by row.
        Zip: (string * string list) list
        /// Keys that are drawn.
        Random: (string * SweepDraw) list
        /// How often they are drawn, where there are any.
        Draws: int
        /// Where draws come from.
        DrawSeed: int
        /// The seeds of the runs.
        Seeds: int list
    }

/// Sweeps as values: made with `grid`, `zip`, `random` and `seeds`, one after another.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Sweep =

    /// The key that seeds are set by.
    [<Literal>]
    let SeedKey = "seed"

    /// One run, as its preset has it.
    let one: Sweep =
        { Grid = []
          Zip = []
          Random = []
          Draws = 1
          DrawSeed = 1
          Seeds = [] }

    /// Keys whose values are crossed with all others.
    let grid (axes: (string * string list) list) (sweep: Sweep) : Sweep =
        { sweep with Grid = sweep.Grid @ axes }

    /// Keys whose values go together, row by row: all as many.
    let zip (axes: (string * string list) list) (sweep: Sweep) : Sweep = { sweep with Zip = sweep.Zip @ axes }

    /// Keys that are drawn together `draws` times, from a seed.
    let random (draws: int) (seed: int) (axes: (string * SweepDraw) list) (sweep: Sweep) : Sweep =
        { sweep with
            Random = sweep.Random @ axes
            Draws = draws
            DrawSeed = seed }

    /// The seeds of the runs.
    let seeds (seeds: int list) (sweep: Sweep) : Sweep = { sweep with Seeds = seeds }

    /// Every key, as often as it is named.
    let keys (sweep: Sweep) : string list =
        [ yield! List.map fst sweep.Grid
          yield! List.map fst sweep.Zip
          yield! List.map fst sweep.Random
          if not sweep.Seeds.IsEmpty then
              SeedKey ]

    let private ofDraw (key: string, draw: SweepDraw) : Problem list =
        let between low high (least: float) =
            if not (Double.IsFinite low && Double.IsFinite high && low > least && low < high) then
                let above = if least = 0.0 then " above 0" else ""
                [ Problem.at key $"{low} to {high}" $"two finite numbers{above}, the lower first" ]
            else
                []

        match draw with
        | OneOf [] -> [ Problem.at key "empty" "at least one value" ]
        | OneOf _ -> []
        | Uniform(low, high) -> between low high -infinity
        | LogUniform(low, high) -> between low high 0.0
        | WholeNumber(low, high) when low >= high ->
            [ Problem.at key $"{low} to {high}" "two whole numbers, the lower first" ]
        | WholeNumber _ -> []

    /// Every reason why there is no such table; what values mean is for the configuration to judge.
    let validate (sweep: Sweep) : Problem list =
        [ for key, values in sweep.Grid @ sweep.Zip do
              if List.isEmpty values then
                  Problem.at key "empty" "at least one value"

              for value in values do
                  match Double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture) with
                  | true, number when not (Double.IsFinite number) -> Problem.at key value "finite numbers"
                  | _ -> ()
          match sweep.Zip |> List.map (snd >> List.length) |> List.distinct with
          | _ :: _ :: _ ->
              let lengths =
                  sweep.Zip
                  |> List.map (fun (key, values) -> $"{key} {values.Length}")
                  |> String.concat ", "

              Problem.at "zip" lengths "as many values of each key"
          | _ -> ()
          for key, times in List.countBy id (keys sweep) do
              if times > 1 then
                  Problem.at key $"on {times} axes" "one axis for each key"
          yield! List.collect ofDraw sweep.Random
          if not sweep.Random.IsEmpty then
              yield! Problem.atLeast 1 "draws" sweep.Draws
          for seed in sweep.Seeds do
              yield! Problem.atLeast 0 "seeds" seed
          for seed, times in List.countBy id sweep.Seeds do
              if times > 1 then
                  Problem.at "seeds" $"{seed} {times} times" "each seed once" ]

    let private draw (key: Key) (draw: SweepDraw) : string =
        let share () = (Key.uniforms 1 key)[0]

        // Four digits say enough of a draw, and are read more easily.
        let show low high (number: float) =
            let short =
                Double.Parse(
                    number.ToString("G4", CultureInfo.InvariantCulture),
                    CultureInfo.InvariantCulture
                )

            (Math.Clamp(short, low, high)).ToString("R", CultureInfo.InvariantCulture)

        match draw with
        | OneOf values -> values[(Key.integers 0 values.Length 1 key)[0]]
        | Uniform(low, high) -> show low high (low + share () * (high - low))
        | LogUniform(low, high) -> show low high (exp (log low + share () * (log high - log low)))
        | WholeNumber(low, high) -> Key.integers low (high + 1) 1 key |> Array.head |> string<int>

    /// The settings of every run in order: the grid's first key changes slowest, then the zip, then the draws, and seeds fastest. A key's
    /// draws depend on its name and their number alone: another key, or more of them, changes none. Raises ArgumentException for a
    /// sweep that `validate` finds fault with.
    let runs (sweep: Sweep) : (string * string) list list =
        match validate sweep with
        | [] -> ()
        | problems -> invalidArg (nameof sweep) (problems |> List.map string |> String.concat "; ")

        let zipped =
            match sweep.Zip with
            | [] -> [ [] ]
            | (_, first) :: _ ->
                [ for row in 0 .. first.Length - 1 -> [ for key, values in sweep.Zip -> key, values[row] ] ]

        let drawn =
            match sweep.Random with
            | [] -> [ [] ]
            | axes ->
                let root = Key.ofSeed sweep.DrawSeed

                [ for number in 0 .. sweep.Draws - 1 ->
                      [ for key, how in axes -> key, draw (root |> Key.named key |> Key.fork number) how ] ]

        let seeded =
            match sweep.Seeds with
            | [] -> [ [] ]
            | seeds -> [ for seed in seeds -> [ SeedKey, string<int> seed ] ]

        let crossed =
            [ for key, values in sweep.Grid -> [ for value in values -> [ key, value ] ] ]
            @ [ zipped; drawn; seeded ]

        let cross (rows: (string * string) list list) axis =
            [ for row in rows do
                  for more in axis -> row @ more ]

        List.fold cross [ [] ] crossed
