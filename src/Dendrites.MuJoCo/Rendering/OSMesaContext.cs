using System.Runtime.InteropServices;

namespace Dendrites.MuJoCo;

/// <summary>A context by OSMesa, which draws on the processor.</summary>
internal sealed unsafe class OSMesaContext : OffscreenContext
{
    private const int Rgba = 0x1908, UnsignedByte = 0x1401, Side = 16;

    private readonly nint _library;
    private readonly nint _context;

    /// <summary>OSMesa wants a buffer to be current on, though MuJoCo draws to one of its own.</summary>
    private readonly void* _buffer;

    public OSMesaContext()
    {
        _library = Open("libOSMesa.so.8");
        _context = ((delegate* unmanaged<int, int, int, int, nint, nint>)Function(_library, "OSMesaCreateContextExt"))(Rgba, 24, 8, 8, 0);
        if (_context == 0) throw new RenderingException("OSMesa makes no context");
        _buffer = NativeMemory.AllocZeroed(Side * Side * 4);
        if (((delegate* unmanaged<nint, void*, int, int, int, byte>)Function(_library, "OSMesaMakeCurrent"))(_context, _buffer, UnsignedByte, Side, Side) != 0) return;
        Dispose();
        throw new RenderingException("OSMesa makes no context current");
    }

    public override string Name => "OSMesa";

    public override void Dispose()
    {
        ((delegate* unmanaged<nint, void>)Function(_library, "OSMesaDestroyContext"))(_context);
        NativeMemory.Free(_buffer);
    }
}
