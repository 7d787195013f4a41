namespace Dendrites

open Argu

/// What `dendrites run` accepts.
[<RequireQualifiedAccess; HelpFlags("--help", "-h")>]
type internal RunArgument =
    | [<MainCommand; Unique>] Experiment of EXPERIMENT: string
    | [<Unique>] Preset of NAME: string
    | [<Unique>] Config of FILE: string
    | Set of ``KEY=VALUE``: string list
    | [<Unique>] Tasks of LIST: string
    | [<Unique>] Seed of N: int
    | [<Unique>] Seeds of RANGE: string
    | [<Unique>] Engine of NAME: string
    | [<Unique>] Device of NAME: string
    | [<Unique>] Threads of N: int
    | [<Unique>] Out of DIR: string
    | [<Unique>] Data_Dir of DIR: string
    | Resume
    | [<Unique>] Until of N: int
    | Dry_Run
    | [<AltCommandLine("-q")>] Quiet
    | Json

    interface IArgParserTemplate with
        member argument.Usage =
            match argument with
            | Experiment _ -> "what is learned: permuted-mnist | rotated-mnist | split-mnist | mt10 | points."
            | Preset _ ->
                "named settings to start from: quick (a first look) | prototype-T (the default: prototype-10) | \
                 ten-segments-T | cluster-T | k-winners-T | dendrites-only-T, where T is 2, 5, 10, 25, 50 or 100 | si-prototype-T, \
                 where T is 2, 5, 10, 50 or 100 | mlp-3-layer-T | mlp-10-layer-T, where T is 10 or 100 | \
                 prototype-2-tuned | prototype-5-tuned | k-winners-100-tuned | si-mlp-T | xdg-T | si-xdg-T, where T is 2, 5, 10 or 100; \
                 rotated-10 of rotated-mnist; split-5 of split-mnist; laptop (the default) | smoke | published | published-mlp | \
                 metaworld-plus of mt10; points of points."
            | Config _ -> "TOML file of keys and values that override the preset; it may name the preset too."
            | Set _ -> "override keys, such as --set tasks=3 lr=0.001; --dry-run prints every key."
            | Tasks _ ->
                "the same as --set tasks=LIST: how many, or, of mt10 and points, names between commas."
            | Seed _ -> "seed of every random draw; the same as --set seed=N."
            | Seeds _ -> "one run for each seed from A to B, written A..B, each in a folder of its own."
            | Engine _ ->
                "auto (the default: fused where it can learn what is asked) | fused (kernels, the CPU) | reference (automatic differentiation, any network)."
            | Device _ -> "cpu (the default) | cuda."
            | Threads _ ->
                "threads of one operation; all cores unless said otherwise. Part of what makes a result."
            | Out _ -> "run folder; runs/EXPERIMENT-PRESET-SEED unless said otherwise."
            | Data_Dir _ -> "where data sets are kept, instead of $DENDRITES_DATA or the cache folder."
            | Resume -> "go on from the last checkpoint of the run folder, if there is one."
            | Until _ ->
                "stop after so many tasks, or steps of mt10 and points, with a checkpoint; --resume goes on."
            | Dry_Run -> "print the resolved configuration, sizes and cost; touch nothing."
            | Quiet -> "print the final table and errors only."
            | Json -> "print one JSON document on standard output and nothing else."

/// What `dendrites data list` accepts.
[<RequireQualifiedAccess; HelpFlags("--help", "-h")>]
type internal DataListArgument =
    | [<Unique>] Data_Dir of DIR: string
    | Json

    interface IArgParserTemplate with
        member argument.Usage =
            match argument with
            | Data_Dir _ -> "where data sets are kept, instead of $DENDRITES_DATA or the cache folder."
            | Json -> "print one JSON document and nothing else."

/// What `dendrites data get` and `dendrites data verify` accept.
[<RequireQualifiedAccess; HelpFlags("--help", "-h")>]
type internal DataSetArgument =
    | [<MainCommand; Unique>] Name of NAME: string
    | [<Unique>] Data_Dir of DIR: string
    | [<AltCommandLine("-q")>] Quiet

    interface IArgParserTemplate with
        member argument.Usage =
            match argument with
            | Name _ ->
                "the data set: mnist | fashion-mnist | kmnist; or mujoco, the physics engine's library."
            | Data_Dir _ -> "where data sets are kept, instead of $DENDRITES_DATA or the cache folder."
            | Quiet -> "print errors only."

/// What `dendrites data` accepts.
[<RequireQualifiedAccess; HelpFlags("--help", "-h")>]
type internal DataArgument =
    | [<CliPrefix(CliPrefix.None)>] List of ParseResults<DataListArgument>
    | [<CliPrefix(CliPrefix.None)>] Get of ParseResults<DataSetArgument>
    | [<CliPrefix(CliPrefix.None)>] Verify of ParseResults<DataSetArgument>

    interface IArgParserTemplate with
        member argument.Usage =
            match argument with
            | List _ -> "what there is, and what is on this machine."
            | Get _ -> "fetch a data set and check its digests."
            | Verify _ -> "check the digests of a data set on this machine."

/// What `dendrites bench` accepts.
[<RequireQualifiedAccess; HelpFlags("--help", "-h")>]
type internal BenchArgument =
    | [<Unique>] Threads of N: int
    | [<Unique>] Segments of LIST: string
    | [<Unique>] Repetitions of N: int
    | Set of ``KEY=VALUE``: string list
    | [<Unique>] Data_Dir of DIR: string
    | Phases
    | Json
    | [<Unique; Hidden>] Row of ENGINE: string

    interface IArgParserTemplate with
        member argument.Usage =
            match argument with
            | Threads _ -> "threads to compute with; all cores unless said otherwise."
            | Segments _ ->
                "segments per unit, a row of every engine with dendrites for each; 10,50,100 unless said otherwise."
            | Repetitions _ ->
                "repetitions that medians are taken over, 11 unless said otherwise; at most 5 where a step takes half a second."
            | Set _ -> "override keys of every row, such as --set hidden=512,512 batch=64."
            | Data_Dir _ -> "where data sets are kept, instead of $DENDRITES_DATA or the cache folder."
            | Phases -> "say also where a step of the fused engine goes."
            | Json -> "print one JSON document and nothing else."
            | Row _ -> "measure this row only, in this process."

/// What `dendrites compare` accepts.
[<RequireQualifiedAccess; HelpFlags("--help", "-h")>]
type internal CompareArgument =
    | [<MainCommand>] Run of DIR: string list
    | Json

    interface IArgParserTemplate with
        member argument.Usage =
            match argument with
            | Run _ -> "run folders; those that differ by seed only are one line."
            | Json -> "print one JSON document and nothing else."

/// What `dendrites report` accepts.
[<RequireQualifiedAccess; HelpFlags("--help", "-h")>]
type internal ReportArgument =
    | [<MainCommand>] Run of DIR: string list
    | [<Unique>] Out of FILE: string
    | TensorBoard
    | Json

    interface IArgParserTemplate with
        member argument.Usage =
            match argument with
            | Run _ -> "run folders; those that differ by seed only are one experiment."
            | Out _ ->
                "the page, a file that ends in .html, or its folder; report.html in the run folder, or here where there are several, unless said otherwise. Figures go beside it, into figures, as SVG and PNG."
            | TensorBoard ->
                "also write each run's losses and accuracies for TensorBoard, into tensorboard in its folder."
            | Json -> "print one JSON document and nothing else."

/// What `dendrites reproduce` accepts.
[<RequireQualifiedAccess; HelpFlags("--help", "-h")>]
type internal ReproduceArgument =
    | Rows of NAME: string list
    | [<Unique>] Seeds of RANGE: string
    | [<Unique>] Runs of DIR: string
    | [<Unique>] Out of FILE: string
    | [<Unique>] Threads of N: int
    | [<Unique>] Data_Dir of DIR: string
    | Table_Only
    | [<AltCommandLine("-q")>] Quiet

    interface IArgParserTemplate with
        member argument.Usage =
            match argument with
            | Rows _ ->
                "published rows by their presets, such as prototype-10, or whole families, such as cluster; every row unless said otherwise."
            | Seeds _ ->
                "a run of each row for each seed from A to B, written A..B; 42..44 unless said otherwise."
            | Runs _ ->
                "where the run folders are; runs/reproduction unless said otherwise. What is finished there is not run again."
            | Out _ ->
                "the table, a Markdown file, with the runs behind it as a CSV beside it; reproduction.md in the folder of the runs unless said otherwise. Of a file with the table's two marks only what lies between them changes."
            | Threads _ -> "threads of each run; all cores unless said otherwise."
            | Data_Dir _ -> "where data sets are kept, instead of $DENDRITES_DATA or the cache folder."
            | Table_Only -> "run nothing: write the table of what is finished."
            | Quiet -> "print the final table and errors only."

/// What `dendrites watch` accepts.
[<RequireQualifiedAccess; HelpFlags("--help", "-h")>]
type internal WatchArgument =
    | [<MainCommand>] Run of DIR: string list
    | Once
    | [<Unique>] Every of SECONDS: float
    | Json

    interface IArgParserTemplate with
        member argument.Usage =
            match argument with
            | Run _ ->
                "run folders; one that is not there yet is waited for. Of one, everything is shown; of several, a line each."
            | Once -> "say where they stand now, and end."
            | Every _ ->
                "seconds from look to look; 1 on a terminal, 10 where the output goes elsewhere, unless said otherwise."
            | Json -> "with --once: print one JSON document and nothing else."

/// What `dendrites inspect` accepts.
[<RequireQualifiedAccess; HelpFlags("--help", "-h")>]
type internal InspectArgument =
    | [<MainCommand; Unique>] Checkpoint of PATH: string
    | Json

    interface IArgParserTemplate with
        member argument.Usage =
            match argument with
            | Checkpoint _ ->
                "a safetensors file, or a run folder, of which the newest whole checkpoint is read."
            | Json -> "print one JSON document and nothing else."

/// What `dendrites export` accepts.
[<RequireQualifiedAccess; HelpFlags("--help", "-h")>]
type internal ExportArgument =
    | [<MainCommand; Unique>] Checkpoint of PATH: string
    | [<Unique>] To of FILE: string

    interface IArgParserTemplate with
        member argument.Usage =
            match argument with
            | Checkpoint _ ->
                "a safetensors file, or a run folder, of which the newest whole checkpoint is read."
            | To _ ->
                "a new file that ends in .safetensors, for parameters by the names of their tree, prototypes, and the configuration as metadata; or in .csv, for a row of each thing that happened."

/// What `dendrites oracle` accepts.
[<RequireQualifiedAccess; HelpFlags("--help", "-h")>]
type internal OracleArgument =
    | [<Unique>] Tasks of LIST: string
    | [<Unique>] Model of NAME: string
    | [<Unique>] Assets of DIR: string
    | [<Unique>] Seed of N: int
    | [<Unique>] Goals of N: int
    | Trace
    | Json

    interface IArgParserTemplate with
        member argument.Usage =
            match argument with
            | Tasks _ ->
                "tasks between commas, such as reach,door-open; all ten of MT10 unless said otherwise."
            | Model _ ->
                "faithful (the default: Meta-World's arm and objects without meshes) | fast (the hand on three slides) | genuine (Meta-World's own files, in --assets)."
            | Assets _ -> "the folder of the genuine models, which holds sawyer_xyz."
            | Seed _ -> "seed of the benchmark's goals, 42 unless said otherwise."
            | Goals _ -> "goals of each task, 50 unless said otherwise, which are all."
            | Trace ->
                "say also, goal by goal, the random vector, the reward of a first step that asks for nothing, the first successful step, and the return of 500 steps."
            | Json -> "print one JSON document and nothing else."

/// What `dendrites play` accepts.
[<RequireQualifiedAccess; HelpFlags("--help", "-h")>]
type internal PlayArgument =
    | [<MainCommand; Unique>] Checkpoint of PATH: string
    | [<Unique>] Oracle of TASK: string
    | [<Unique>] Tasks of LIST: string
    | [<Unique>] Model of NAME: string
    | [<Unique>] Assets of DIR: string
    | [<Unique>] Seed of N: int
    | [<Unique>] Goal of N: int
    | [<Unique>] Every of N: int
    | [<Unique>] Width of N: int
    | [<Unique>] Height of N: int
    | [<Unique>] Camera of NAME: string
    | [<Unique>] Out of PATH: string
    | Json

    interface IArgParserTemplate with
        member argument.Usage =
            match argument with
            | Checkpoint _ ->
                "a run folder of mt10, a checkpoint of it, or its exported policy: an episode of each of its tasks is shown, as the policy acts at its best."
            | Oracle _ -> "show the scripted policy of this task instead."
            | Tasks _ -> "of the run's tasks, those that are shown, between commas."
            | Model _ ->
                "the scripted policy's scene: faithful (unless said otherwise) | fast | genuine (Meta-World's own files, in --assets)."
            | Assets _ -> "the folder of the genuine models, which holds sawyer_xyz."
            | Seed _ -> "seed of the benchmark's goals; the run's, or 42, unless said otherwise."
            | Goal _ ->
                "which goal, from 0 to 49; 0 unless said otherwise, or the run's own where it has one for each task."
            | Every _ -> "control steps from picture to picture, 4 unless said otherwise; a step is 12.5 ms."
            | Width _ -> "pixels across, 320 unless said otherwise."
            | Height _ -> "pixels down, 240 unless said otherwise."
            | Camera _ ->
                "a camera of the model (front or top; of genuine models Meta-World's, some of which stand upside down), instead of a view from the front."
            | Out _ ->
                "a new file that ends in .png, for an animated picture (play.png unless said otherwise), or a folder, for a picture each."
            | Json -> "print one JSON document and nothing else."

/// What `dendrites doctor` accepts.
[<RequireQualifiedAccess; HelpFlags("--help", "-h")>]
type internal DoctorArgument =
    | [<Unique>] Data_Dir of DIR: string
    | Json

    interface IArgParserTemplate with
        member argument.Usage =
            match argument with
            | Data_Dir _ -> "where data sets are kept, instead of $DENDRITES_DATA or the cache folder."
            | Json -> "print one JSON document and nothing else."

/// What `dendrites` accepts.
[<RequireQualifiedAccess; HelpFlags("--help", "-h")>]
type internal RootArgument =
    | [<CliPrefix(CliPrefix.None)>] Run of ParseResults<RunArgument>
    | [<CliPrefix(CliPrefix.None)>] Data of ParseResults<DataArgument>
    | [<CliPrefix(CliPrefix.None)>] Bench of ParseResults<BenchArgument>
    | [<CliPrefix(CliPrefix.None)>] Compare of ParseResults<CompareArgument>
    | [<CliPrefix(CliPrefix.None)>] Report of ParseResults<ReportArgument>
    | [<CliPrefix(CliPrefix.None)>] Reproduce of ParseResults<ReproduceArgument>
    | [<CliPrefix(CliPrefix.None)>] Sweep of ParseResults<SweepArgument>
    | [<CliPrefix(CliPrefix.None)>] Watch of ParseResults<WatchArgument>
    | [<CliPrefix(CliPrefix.None)>] Inspect of ParseResults<InspectArgument>
    | [<CliPrefix(CliPrefix.None)>] Export of ParseResults<ExportArgument>
    | [<CliPrefix(CliPrefix.None)>] Oracle of ParseResults<OracleArgument>
    | [<CliPrefix(CliPrefix.None)>] Play of ParseResults<PlayArgument>
    | [<CliPrefix(CliPrefix.None)>] Doctor of ParseResults<DoctorArgument>
    | Version

    interface IArgParserTemplate with
        member argument.Usage =
            match argument with
            | Run _ -> "train and test a learner on a stream of tasks."
            | Data _ -> "list, get and verify data sets."
            | Bench _ -> "time training steps and evaluation of every engine, beside a dense network's."
            | Compare _ -> "print runs beside each other, and beside what was published."
            | Report _ -> "write a page of tables and figures that needs no network."
            | Reproduce _ -> "run the presets of published rows, and write the table of theirs and ours."
            | Sweep _ -> "run a table of settings, here or on a cluster, and collect what came of it."
            | Watch _ -> "follow runs from another terminal."
            | Inspect _ -> "say what a checkpoint holds: layers, shapes, densities, counts, last accuracy."
            | Export _ ->
                "write a checkpoint's network as safetensors, or what happened in a run as CSV, for other programs."
            | Oracle _ -> "run the scripted policies of Meta-World's tasks, and count what succeeds."
            | Play _ -> "show a policy at work, or a scripted one, as pictures."
            | Doctor _ -> "say what this machine offers, and whether the engine works on it."
            | Version -> "print the version."
