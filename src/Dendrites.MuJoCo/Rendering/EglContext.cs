using System.Text;

namespace Dendrites.MuJoCo;

/// <summary>A context by EGL (Khronos, EGL 1.5), without a surface where Mesa offers that, else on the default display.</summary>
internal sealed unsafe class EglContext : OffscreenContext
{
    private const int Surfaceless = 0x31dd, OpenGl = 0x30a2, None = 0x3038;

    /// <summary>Any size of colours, 24 bits of depth, for OpenGL, drawn to a buffer in memory.</summary>
    private static readonly int[] Wanted = [0x3033, 0x0001, 0x3040, 0x0008, 0x3024, 8, 0x3023, 8, 0x3022, 8, 0x3025, 24, None];

    private static readonly int[] Smallest = [0x3057, 1, 0x3056, 1, None];

    private readonly nint _library;
    private readonly nint _display;
    private readonly nint _context;
    private readonly nint _surface;

    public EglContext()
    {
        _library = Open("libEGL.so.1");
        _display = Display();
        if (_display == 0 || ((delegate* unmanaged<nint, int*, int*, int>)Egl("eglInitialize"))(_display, null, null) == 0) throw Failed("has no display");
        nint config;
        int count;
        fixed (int* wanted = Wanted)
        {
            if (((delegate* unmanaged<nint, int*, nint*, int, int*, int>)Egl("eglChooseConfig"))(_display, wanted, &config, 1, &count) == 0 || count < 1)
                throw Failed("draws no OpenGL to memory");
        }

        if (((delegate* unmanaged<int, int>)Egl("eglBindAPI"))(OpenGl) == 0) throw Failed("has no OpenGL");
        _context = ((delegate* unmanaged<nint, nint, nint, int*, nint>)Egl("eglCreateContext"))(_display, config, 0, null);
        if (_context == 0) throw Failed("makes no context");
        if (MakeCurrent(0)) return;
        // Without EGL_KHR_surfaceless_context a surface is needed, though nothing is drawn on it.
        fixed (int* smallest = Smallest) _surface = ((delegate* unmanaged<nint, nint, int*, nint>)Egl("eglCreatePbufferSurface"))(_display, config, smallest);
        if (_surface == 0 || !MakeCurrent(_surface)) throw Failed("makes no context current");
    }

    public override string Name => "EGL";

    public override void Dispose()
    {
        ((delegate* unmanaged<nint, nint, nint, nint, int>)Egl("eglMakeCurrent"))(_display, 0, 0, 0);
        if (_surface != 0) ((delegate* unmanaged<nint, nint, int>)Egl("eglDestroySurface"))(_display, _surface);
        ((delegate* unmanaged<nint, nint, int>)Egl("eglDestroyContext"))(_display, _context);
    }

    private nint Display()
    {
        nint surfaceless;
        fixed (byte* name = Encoding.ASCII.GetBytes("eglGetPlatformDisplayEXT\0")) surfaceless = ((delegate* unmanaged<byte*, nint>)Egl("eglGetProcAddress"))(name);
        var display = surfaceless == 0 ? 0 : ((delegate* unmanaged<int, nint, int*, nint>)surfaceless)(Surfaceless, 0, null);
        return display != 0 ? display : ((delegate* unmanaged<nint, nint>)Egl("eglGetDisplay"))(0);
    }

    private bool MakeCurrent(nint surface) =>
        ((delegate* unmanaged<nint, nint, nint, nint, int>)Egl("eglMakeCurrent"))(_display, surface, surface, _context) != 0;

    private nint Egl(string function) => Function(_library, function);

    private RenderingException Failed(string what) =>
        new($"EGL {what} (error 0x{((delegate* unmanaged<int>)Egl("eglGetError"))():x})");
}
