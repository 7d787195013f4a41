/// A Slurm of one node on this machine: its daemons have ports, keys and files of their own, and are gone at the end.
module Dendrites.Tests.SlurmCluster

open System
open System.Diagnostics
open System.IO
open System.Net
open System.Net.Sockets
open System.Security.Cryptography
open System.Threading
open Expecto
open Dendrites.Tests.Running

type Cluster =
    {
        /// Logs, state and keys.
        Folder: string
    }

    /// What Slurm's commands read; in the environment of every process of the cluster, and of no other.
    member cluster.Variable =
        $"""SLURM_CONF={Path.Combine(cluster.Folder, "slurm.conf")}"""

let private inside (cluster: Cluster) name = Path.Combine(cluster.Folder, name)

let private host = Environment.MachineName.Split('.')[0]

/// Daemons are where only root looks for them.
let private folders = $"""{Environment.GetEnvironmentVariable "PATH"}:/usr/sbin"""

/// On a busy machine.
let private patience = TimeSpan.FromMinutes 5.0

let private needed =
    [ "munged"; "slurmctld"; "slurmd"; "sbatch"; "squeue"; "scancel"; "scontrol" ]

/// Why there can be no cluster here.
let private obstacle () =
    let isThere program =
        folders.Split(':', StringSplitOptions.RemoveEmptyEntries)
        |> Array.exists (fun folder -> File.Exists(Path.Combine(folder, program)))

    match needed |> List.filter (isThere >> not) with
    | [] when Environment.IsPrivilegedProcess -> None
    | [] -> Some "a Slurm of the test's own needs root"
    | missing -> Some $"""not installed: {String.Join(", ", missing)}"""

/// Runs a command of Slurm, or another that asks it, in `folder`.
let ask (cluster: Cluster) folder (words: string list) : Outcome =
    let info =
        ProcessStartInfo(
            "env",
            cluster.Variable :: words,
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        )

    info.Environment["PATH"] <- folders
    use running = Process.Start info |> Option.ofObj |> Option.get
    finish running

/// All jobs, element by element, such as `3_0|RUNNING`.
let jobs cluster : string list =
    let told =
        ask cluster cluster.Folder [ "squeue"; "--noheader"; "--array"; "--states=all"; "--format=%i|%T|%r" ]

    List.ofArray (told.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries))

/// Waits until `isSo`; fails with what Slurm says.
let await cluster what (isSo: unit -> bool) =
    let clock = Stopwatch.StartNew()

    while not (isSo ()) do
        if clock.Elapsed > patience then
            let log name =
                let path = inside cluster $"{name}.log"

                if File.Exists path then
                    File.ReadAllLines path |> Array.rev |> Array.truncate 10 |> Array.rev
                else
                    [||]

            failtestf "waited in vain until %s: %A %A %A" what (jobs cluster) (log "slurmctld") (log "slurmd")

        Thread.Sleep 100

/// Processes of the cluster: daemons, jobs and all that these started.
let private processes (cluster: Cluster) =
    [ for folder in Directory.GetDirectories "/proc" do
          match Int32.TryParse(Path.GetFileName folder) with
          | true, id ->
              try
                  let environment = File.ReadAllText(Path.Combine(folder, "environ"))

                  if environment.Split('\000') |> Array.contains cluster.Variable then
                      id, File.ReadAllText(Path.Combine(folder, "comm")).Trim()
              with
              | :? IOException
              | :? UnauthorizedAccessException -> ()
          | _ -> () ]

/// Kills processes of these names, and those that they start meanwhile.
let private kill cluster (isMeant: string -> bool) =
    let rec again () =
        match processes cluster |> List.filter (snd >> isMeant) with
        | [] -> ()
        | found ->
            for id, _ in found do
                try
                    use living = Process.GetProcessById id
                    living.Kill()
                with
                | :? ArgumentException
                | :? InvalidOperationException -> ()

            Thread.Sleep 20
            again ()

    again ()

let private daemon (cluster: Cluster) name (words: string list) =
    let log = inside cluster $"{name}.log"

    let info =
        ProcessStartInfo(
            "env",
            [ cluster.Variable
              "sh"
              "-c"
              "log=$1; shift; exec \"$@\" <&- >>\"$log\" 2>&1"
              "sh"
              log
              name ]
            @ words
        )

    info.Environment["PATH"] <- folders
    (Process.Start info |> Option.ofObj |> Option.get).Dispose()

let private startNode cluster = daemon cluster "slurmd" [ "-D" ]

/// Kills all that runs on the node, as when its power fails; has Slurm take it for down, as it does by itself after minutes without an
/// answer; and starts it again.
let failNode cluster =
    kill cluster (fun name -> not (List.contains name [ "munged"; "slurmctld"; "slurmscriptd" ]))

    ask cluster cluster.Folder [ "scontrol"; "update"; $"nodename={host}"; "state=down"; "reason=failed" ]
    |> ok

    startNode cluster

let private freePorts count =
    let listeners = List.init count (fun _ -> new TcpListener(IPAddress.Loopback, 0))

    for listener in listeners do
        listener.Start()

    [ for listener in listeners do
          (listener.LocalEndpoint :?> IPEndPoint).Port
          listener.Dispose() ]

let private configure cluster =
    let ports = freePorts 2

    for folder in [ "state"; "spool" ] do
        Directory.CreateDirectory(inside cluster folder) |> ignore

    File.WriteAllBytes(inside cluster "munge.key", RandomNumberGenerator.GetBytes 1024)
    File.SetUnixFileMode(inside cluster "munge.key", UnixFileMode.UserRead)

    // What is put back in the queue begins as soon as the credentials of its first try have expired; jobs that are over are told of to the end.
    File.WriteAllLines(
        inside cluster "slurm.conf",
        [ "ClusterName=dendrites"
          $"SlurmctldHost={host}(127.0.0.1)"
          $"SlurmctldPort={ports[0]}"
          $"SlurmdPort={ports[1]}"
          "SlurmUser=root"
          "SlurmdUser=root"
          "AuthType=auth/munge"
          $"""AuthInfo=socket={inside cluster "munge.socket"},cred_expire=5"""
          "KillWait=20"
          "MinJobAge=3600"
          "ReturnToService=2"
          "SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=1"
          "MpiDefault=none"
          "ProctrackType=proctrack/linuxproc"
          "TaskPlugin=task/none"
          "SelectType=select/cons_tres"
          "SelectTypeParameters=CR_CPU"
          "JobAcctGatherType=jobacct_gather/none"
          $"""StateSaveLocation={inside cluster "state"}"""
          $"""SlurmdSpoolDir={inside cluster "spool"}"""
          $"""SlurmctldPidFile={inside cluster "slurmctld.pid"}"""
          $"""SlurmdPidFile={inside cluster "slurmd.pid"}"""
          $"NodeName={host} NodeAddr=127.0.0.1 CPUs={min 2 Environment.ProcessorCount} State=UNKNOWN"
          $"PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP" ]
    )

/// A cluster in `folder` while `f` runs; a skipped test where Slurm is not installed.
let inCluster (folder: string) (f: Cluster -> 'r) : 'r =
    obstacle () |> Option.iter skiptest

    let cluster =
        { Folder = Directory.CreateDirectory(Path.Combine(folder, "slurm")).FullName }

    try
        configure cluster

        daemon
            cluster
            "munged"
            [ "--foreground"
              "--force"
              $"""--socket={inside cluster "munge.socket"}"""
              $"""--key-file={inside cluster "munge.key"}"""
              $"""--pid-file={inside cluster "munged.pid"}"""
              $"""--seed-file={inside cluster "munged.seed"}"""
              $"""--log-file={inside cluster "munge.log"}""" ]

        await cluster "munge answers" (fun () -> Path.Exists(inside cluster "munge.socket"))
        daemon cluster "slurmctld" [ "-D" ]
        startNode cluster

        await cluster "the node is idle" (fun () ->
            (ask cluster folder [ "sinfo"; "--noheader"; "--format=%T" ]).Out.Trim() = "idle")

        f cluster
    finally
        kill cluster (fun _ -> true)
