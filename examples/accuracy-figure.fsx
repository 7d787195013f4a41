// Draws the accuracy matrices of finished runs side by side, as an SVG.
// Run: dotnet fsi examples/accuracy-figure.fsx RUN... > figure.svg
// A row is the learner after a task, a column the task it is asked about; forgetting is a column that fades.
open System.Globalization
open System.IO
open System.Text.Json

CultureInfo.CurrentCulture <- CultureInfo.InvariantCulture

let side, left, top, gap = 34, 46, 64, 40

let panel (x: int) (folder: string) =
    let summary =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "summary.json"))).RootElement

    let text (name: string) = summary.GetProperty(name).GetString()
    let tasks = summary.GetProperty("tasks").GetInt32()
    let accuracy = summary.GetProperty("accuracy").GetDouble()

    // Tasks count from 1 in the file.
    let cells =
        [ for line in File.ReadLines(Path.Combine(folder, "accuracy.csv")) |> Seq.skip 1 do
              let fields = line.Split ','
              int fields[0] - 1, int fields[1] - 1, float fields[2] ]

    // From white at one half to deep blue at one.
    let colour (a: float) =
        let shade = max 0.0 (min 1.0 ((a - 0.5) * 2.0))
        let mix (low: float) (high: float) = int (low + (high - low) * shade)
        $"rgb({mix 244.0 18.0},{mix 240.0 78.0},{mix 232.0 120.0})"

    let cell (after, on, a: float) =
        let cx, cy = x + left + on * side, top + after * side
        let ink = if a > 0.8 then "#fff" else "#333"

        $"""<rect x="{cx}" y="{cy}" width="{side - 2}" height="{side - 2}" rx="4" fill="{colour a}"/>"""
        + $"""<text x="{cx + side / 2 - 1}" y="{cy + side / 2 + 3}" fill="{ink}" text-anchor="middle">{100.0 * a:F0}</text>"""

    let middle = x + left + tasks * side / 2

    [ $"""<text x="{middle}" y="22" class="title" text-anchor="middle">{text "method"}: {100.0 * accuracy:F1} %%</text>"""
      $"""<text x="{middle}" y="{top - 10}" class="axis" text-anchor="middle">asked about task</text>"""
      $"""<text transform="translate({x + 16},{top + tasks * side / 2}) rotate(-90)" class="axis" text-anchor="middle">after task</text>"""
      for task in 0 .. tasks - 1 do
          $"""<text x="{x + left - 8}" y="{top + task * side + side / 2 + 3}" class="axis" text-anchor="end">{task + 1}</text>"""
      yield! List.map cell cells ],
    tasks

let runs = fsi.CommandLineArgs |> Array.skip 1

let pieces, width, tasks =
    (([], 0, 0), runs)
    ||> Array.fold (fun (drawn, x, most) run ->
        let lines, tasks = panel x run
        drawn @ lines, x + left + tasks * side + gap, max most tasks)

printfn
    $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {top + tasks * side + 16}" font-family="system-ui, sans-serif" font-size="11">"""

printfn """<style>.title{font-size:15px;font-weight:600}.title,.axis{fill:#57606a}</style>"""
pieces |> List.iter (printfn "%s")
printfn "</svg>"
