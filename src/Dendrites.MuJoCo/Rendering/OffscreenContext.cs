using System.Runtime.InteropServices;

namespace Dendrites.MuJoCo;

/// <summary>
/// An OpenGL context without a window, current on the thread that made it: by EGL, or else by OSMesa. MuJoCo finds the functions of
/// the current context by itself.
/// </summary>
internal abstract class OffscreenContext : IDisposable
{
    private const string Cure = "accepted: a library libEGL.so.1 or libOSMesa.so.8 that renders, such as Debian's libegl1 with libgl1-mesa-dri, or libosmesa6";

    /// <summary>What makes the pictures: EGL or OSMesa.</summary>
    public abstract string Name { get; }

    /// <summary>Raises RenderingException where neither library is there, or works.</summary>
    public static OffscreenContext Create()
    {
        try
        {
            return new EglContext();
        }
        catch (RenderingException egl)
        {
            try
            {
                return new OSMesaContext();
            }
            catch (RenderingException mesa)
            {
                throw new RenderingException($"pictures cannot be made here: {egl.Message}, and {mesa.Message}; {Cure}");
            }
        }
    }

    public abstract void Dispose();

    /// <summary>A library, or RenderingException. It stays loaded: what it has registered with the process cannot be taken back.</summary>
    protected static nint Open(string library) =>
        NativeLibrary.TryLoad(library, out var handle) ? handle : throw new RenderingException($"there is no {library}");

    /// <summary>A function of a library, or RenderingException.</summary>
    protected static nint Function(nint library, string name) =>
        NativeLibrary.TryGetExport(library, name, out var address) ? address : throw new RenderingException($"there is no function {name}");
}
