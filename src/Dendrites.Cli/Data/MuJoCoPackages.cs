using Dendrites.MuJoCo;

namespace Dendrites.Cli;

/// <summary>
/// Gets MuJoCo's library out of Debian's packages, without root: apt downloads them and checks their signatures; they are
/// unpacked aside, digests are checked, and what is whole is renamed to <paramref name="folder"/>. <paramref name="run"/> runs
/// a program with its arguments in a folder.
/// </summary>
internal sealed class MuJoCoPackages(
    string folder,
    DataFile[] files,
    Action<string> say,
    Action<string, string[], string> run)
{
    /// <summary>What `dendrites data` calls it.</summary>
    public const string Name = "mujoco";

    /// <summary>The library and what it needs, as Debian 12 has them.</summary>
    public static readonly DataFile[] Files =
    [
        new(MuJoCoLibrary.FileName, "8e561b7bb70b34f8a61e2d66c1ab2560fe5ad7ea064b5442fc3f024b3659d210"),
        new("libccd.so.2", "812a6e629b58557c229a73c1c98d31d4fe9ef2324a12d219ad6cf0ef105154b9"),
        new("liblodepng.so.0", "89fedb3ce19edfaf5a814c95077dfc6307dd432f1269b8a051592585a97181d6"),
        new("libqhull_r.so.8.0", "96619e151ec9b30ed48aa39be7fe65ecd289dca35a2cd282472f71ad54fb7918"),
        new("libtinyxml2.so.9", "3ecbd64445cefbc318132c1b2f4d44e10b3887a357241b08dcbab695931caa7c"),
    ];

    private const string Libraries = "usr/lib/x86_64-linux-gnu";

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    /// <summary>A folder of unfinished work this old belongs to no process that still works in it.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromHours(1);

    private static readonly string[] Packages = ["libmujoco2.2.2", "libccd2", "liblodepng0", "libqhull-r8.0", "libtinyxml2-9"];

    /// <summary>Where a server does not answer, tests and users do not want to wait long.</summary>
    private static readonly string[] Patience =
        ["-q", "-o", "APT::Sandbox::User=root", "-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=20", "-o", "Acquire::https::Timeout=20"];

    /// <summary>Into the user's cache, by this system's own programs.</summary>
    public static MuJoCoPackages OfThisMachine(Action<string> say, CancellationToken cancel) =>
        new(
            MuJoCoLibrary.CacheFolder,
            Files,
            say,
            (program, arguments, where) => Tool.Run(program, arguments, where, Longest, cancel));

    /// <summary>The worst condition among <paramref name="files"/> in <paramref name="folder"/>.</summary>
    public static FileCondition Check(string folder, DataFile[] files) =>
        files.Max(file => DataFolder.Check(Path.Combine(folder, file.Name), file.Digest));

    /// <summary>Makes the folder hold the library and what it needs. Raises Failure.</summary>
    public void Get()
    {
        var work = $"{folder}.{Guid.NewGuid():N}{AtomicFile.Unfinished}";

        try
        {
            Directory.CreateDirectory(work);
            Sweep(Path.GetDirectoryName(work)!);
            say($"getting MuJoCo {MuJoCoLibrary.Version} from Debian's packages");
            Download(work);
            Place(Unpack(work), work);
            say($"MuJoCo is in {folder}");
        }
        catch (SourceException e)
        {
            throw new Failure(
                ExitCode.BadData,
                $"MuJoCo {MuJoCoLibrary.Version} could not be had: {e.Message}; install Debian 12's libmujoco2.2.2, or set "
                + $"{MuJoCoLibrary.Variable} to {MuJoCoLibrary.FileName} or its folder",
                e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Failure(ExitCode.BadData, $"{folder} cannot be written: {e.Message}; set XDG_CACHE_HOME to another folder", e);
        }
        finally
        {
            if (Directory.Exists(work)) Directory.Delete(work, recursive: true);
        }
    }

    /// <summary>Removes what processes that were killed left.</summary>
    private static void Sweep(string beside)
    {
        foreach (var left in new DirectoryInfo(beside).EnumerateDirectories("*" + AtomicFile.Unfinished))
        {
            if (DateTime.UtcNow - left.LastWriteTimeUtc > Abandoned) left.Delete(recursive: true);
        }
    }

    /// <summary>By the system's package lists; where these are missing or old, by lists of its own, which need no root.</summary>
    private void Download(string work)
    {
        try
        {
            run("apt-get", [.. Patience, "download", .. Packages], work);
        }
        catch (SourceException e)
        {
            say($"  {e.Message}; with package lists of its own");
            var lists = Directory.CreateDirectory(Path.Combine(work, "lists", "partial")).Parent!.FullName;
            var cache = Directory.CreateDirectory(Path.Combine(work, "cache", "archives", "partial")).Parent!.Parent!.FullName;
            string[] options = [.. Patience, "-o", $"Dir::State::Lists={lists}", "-o", $"Dir::Cache={cache}"];
            run("apt-get", [.. options, "-o", "APT::Update::Error-Mode=any", "update"], work);
            run("apt-get", [.. options, "download", .. Packages], work);
        }
    }

    /// <summary>A folder with the libraries alone, under the names that they are asked for by, each as it is known.</summary>
    private string Unpack(string work)
    {
        var unpacked = Path.Combine(work, "unpacked");
        foreach (var package in Directory.GetFiles(work, "*.deb")) run("dpkg-deb", ["-x", package, unpacked], work);

        var ready = Directory.CreateDirectory(Path.Combine(work, "ready")).FullName;
        foreach (var file in files)
        {
            var source = Path.Combine(unpacked, Libraries, file.Name);
            var target = Path.Combine(ready, file.Name);
            if (!File.Exists(source)) throw new SourceException($"the packages have no {file.Name}");
            // The names are links to files of longer names.
            File.Copy(source, target);
            if (DataFolder.Check(target, file.Digest) != FileCondition.Good)
                throw new SourceException($"{file.Name} of the packages has another SHA-256 than Debian 12's");
        }

        return ready;
    }

    private void Place(string ready, string work)
    {
        // What is there already is not whole; who still uses it keeps it until then.
        if (Directory.Exists(folder)) Directory.Move(folder, Path.Combine(work, "before"));
        Directory.Move(ready, folder);
    }
}
