using System.Runtime.InteropServices;
using System.Text;

namespace Dendrites.Cli;

/// <summary>Which linear algebra library libtorch was built with.</summary>
internal static class Blas
{
    private const int Longest = 256;

    private delegate void VersionString(byte[] buffer, int length);

    /// <summary>MKL with its version, OpenBLAS, or "unknown".</summary>
    public static string Describe(string libtorchFolder)
    {
        var library = NativeLibrary.Load(Path.Combine(libtorchFolder, "libtorch_cpu.so"));

        if (NativeLibrary.TryGetExport(library, "MKL_Get_Version_String", out var mkl))
        {
            var buffer = new byte[Longest];
            Marshal.GetDelegateForFunctionPointer<VersionString>(mkl)(buffer, buffer.Length);
            return Encoding.ASCII.GetString(buffer).TrimEnd('\0', ' ');
        }

        return NativeLibrary.TryGetExport(library, "openblas_get_config", out _) ? "OpenBLAS" : "unknown";
    }
}
