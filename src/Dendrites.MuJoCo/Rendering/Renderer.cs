using System.Runtime.InteropServices;

namespace Dendrites.MuJoCo;

/// <summary>A ball that is drawn and takes no part in the simulation.</summary>
/// <param name="X">Its middle, metres.</param>
/// <param name="Y">The same.</param>
/// <param name="Z">The same.</param>
/// <param name="Radius">Metres.</param>
public readonly record struct Marker(double X, double Y, double Z, double Radius);

/// <summary>Where pictures are taken from.</summary>
public abstract record Viewpoint
{
    /// <summary>A camera of the model.</summary>
    /// <param name="Name">Its name in the model.</param>
    public sealed record Camera(string Name) : Viewpoint;

    /// <summary>Some way from a place, looking at it.</summary>
    /// <param name="X">The place, metres.</param>
    /// <param name="Y">The same.</param>
    /// <param name="Z">The same.</param>
    /// <param name="Distance">How far from it, metres.</param>
    /// <param name="Azimuth">Where one looks, seen from above: degrees from the x axis towards the y axis.</param>
    /// <param name="Elevation">How far upwards one looks, degrees.</param>
    public sealed record Around(double X, double Y, double Z, double Distance, double Azimuth, double Elevation) : Viewpoint;
}

/// <summary>
/// Draws simulations of one model, without a window. It belongs to the thread that made it. Making one changes, in the model, the size
/// of pictures that it allows.
/// </summary>
public sealed unsafe class Renderer : IDisposable
{
    private const int Everything = 7, Offscreen = 1, Letters = 100, Fixed = 2, Ball = 2;

    /// <summary>Shapes that a scene has room for.</summary>
    private const int MostShapes = 2000;

    private readonly Model _model;
    private readonly OffscreenContext _graphics;
    private readonly byte* _scene = Block(Layout.Scene.Size);
    private readonly byte* _context = Block(Layout.Context.Size);
    private readonly byte* _option = Block(Layout.Option.Size);
    private readonly byte* _camera = Block(Layout.Camera.Size);
    private readonly byte[] _upsideDown;

    /// <summary>
    /// Pictures of so many pixels, from a viewpoint, of shapes in these groups (0 to 5). Raises RenderingException where this
    /// machine cannot draw, and ArgumentException for a camera that the model has not, or a size that is none.
    /// </summary>
    public Renderer(Model model, int width, int height, Viewpoint viewpoint, IEnumerable<int> groups)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        (_model, Width, Height) = (model, width, height);
        _upsideDown = new byte[3 * width * height];
        var camera = viewpoint is Viewpoint.Camera named ? model.Id(ObjectKind.Camera, named.Name) : -1;
        _graphics = OffscreenContext.Create();

        Functions.DefaultOption(_option);
        Functions.DefaultCamera(_camera);
        Functions.DefaultScene(_scene);
        Functions.DefaultContext(_context);
        Check(Number(_camera, Layout.Camera.FixedId) == -1 && _option[Layout.Option.GeomGroup] == 1 && _option[Layout.Option.GeomGroup + 5] == 0);
        for (var group = 0; group < 6; group++) _option[Layout.Option.GeomGroup + group] = 0;
        foreach (var group in groups) _option[Layout.Option.GeomGroup + group] = 1;
        if (viewpoint is Viewpoint.Around around)
        {
            double[] place = [around.X, around.Y, around.Z, around.Distance, around.Azimuth, around.Elevation];
            place.CopyTo(new Span<double>(_camera + Layout.Camera.LookAt, place.Length));
        }
        else
        {
            Number(_camera, Layout.Camera.Type) = Fixed;
            Number(_camera, Layout.Camera.FixedId) = camera;
        }

        model.SetPictureSize(width, height);
        Functions.MakeScene(model.Handle, _scene, MostShapes);
        Check(Number(_scene, Layout.Scene.MaxGeom) == MostShapes);
        Functions.MakeContext(model.Handle, _context, Letters);
        Check(Number(_context, Layout.Context.OffWidth) == width && Number(_context, Layout.Context.OffHeight) == height);
        Functions.SetBuffer(Offscreen, _context);
        if (Number(_context, Layout.Context.CurrentBuffer) != Offscreen) throw new RenderingException($"{Graphics} has no buffer to draw to");
    }

    /// <summary>Pixels across.</summary>
    public int Width { get; }

    /// <summary>Pixels down.</summary>
    public int Height { get; }

    /// <summary>What draws: EGL or OSMesa.</summary>
    public string Graphics => _graphics.Name;

    /// <summary>Draws a simulation of the model and balls: three bytes of red, green and blue for each pixel, row by row from the top.</summary>
    public void Draw(Simulation simulation, ReadOnlySpan<Marker> markers, Span<byte> pixels)
    {
        if (pixels.Length != _upsideDown.Length) throw new ArgumentException($"pixels were {pixels.Length} bytes; accepted: {_upsideDown.Length}", nameof(pixels));
        Functions.UpdateScene(_model.Handle, simulation.Handle, _option, null, _camera, Everything, _scene);
        foreach (var marker in markers) Add(marker);
        var view = new Rectangle(0, 0, Width, Height);
        Functions.Render(view, _scene, _context);
        fixed (byte* target = _upsideDown) Functions.ReadPixels(target, null, view, _context);
        var row = 3 * Width;
        for (var y = 0; y < Height; y++) _upsideDown.AsSpan((Height - 1 - y) * row, row).CopyTo(pixels.Slice(y * row, row));
    }

    /// <summary>Frees what was drawn with.</summary>
    public void Dispose()
    {
        Functions.FreeContext(_context);
        Functions.FreeScene(_scene);
        foreach (var block in new[] { (nint)_scene, (nint)_context, (nint)_option, (nint)_camera }) NativeMemory.Free((void*)block);
        _graphics.Dispose();
    }

    private void Add(Marker marker)
    {
        ref var count = ref Number(_scene, Layout.Scene.Ngeom);
        if (count >= MostShapes) return;
        var size = stackalloc double[] { marker.Radius, marker.Radius, marker.Radius };
        var place = stackalloc double[] { marker.X, marker.Y, marker.Z };
        var colour = stackalloc float[] { 0.1f, 0.75f, 0.2f, 0.6f };
        var shapes = *(byte**)(_scene + Layout.Scene.Geoms);
        Functions.InitialiseShape(shapes + ((long)count * Layout.Scene.GeomSize), Ball, size, place, null, colour);
        count++;
    }

    private static byte* Block(int size) => (byte*)NativeMemory.AllocZeroed((nuint)size);

    private static ref int Number(byte* block, int offset) => ref *(int*)(block + offset);

    private static void Check(bool holds)
    {
        if (!holds) throw new RenderingException($"the layout of MuJoCo's drawing is not that of {MuJoCoLibrary.Version}");
    }

    /// <summary>mjrRect.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly record struct Rectangle(int Left, int Bottom, int Width, int Height);
}
