using System.Reflection;
using System.Runtime.InteropServices;

namespace Dendrites.Cli;

/// <summary>Which program this is.</summary>
internal static class Build
{
    private static readonly string[] Informational = Informed(typeof(Build).Assembly);

    /// <summary>Such as 0.1.0.</summary>
    public static string Version => Informational[0];

    /// <summary>The commit that was built, or "unknown" outside of a repository.</summary>
    public static string Revision => Informational.Length > 1 ? Informational[1] : "unknown";

    public static string Runtime => RuntimeInformation.FrameworkDescription;

    /// <summary>The version of the assembly that holds <typeparamref name="T"/>.</summary>
    public static string VersionOf<T>() => Informed(typeof(T).Assembly)[0];

    private static string[] Informed(Assembly assembly) =>
        (assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown").Split('+', 2);
}
