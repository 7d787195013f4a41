using System.Runtime.InteropServices;
using System.Text;

namespace Dendrites.MuJoCo;

/// <summary>What can have a name in a model; the numbers are MuJoCo's.</summary>
public enum ObjectKind
{
    /// <summary>A body.</summary>
    Body = 1,

    /// <summary>A joint.</summary>
    Joint = 3,

    /// <summary>A geom: a shape.</summary>
    Geom = 5,

    /// <summary>A site: a place on a body.</summary>
    Site = 6,

    /// <summary>A camera.</summary>
    Camera = 7,

    /// <summary>An equality constraint.</summary>
    Equality = 16,

    /// <summary>An actuator.</summary>
    Actuator = 18,
}

/// <summary>
/// A compiled model (mjModel). Its arrays are seen through spans, which hold as long as the model does. Simulations may share
/// it while nobody writes into it; threads that write take a <see cref="Copy"/> each.
/// </summary>
public sealed unsafe partial class Model : IDisposable
{
    private const int ErrorSize = 1000;

    private const string NameInMemory = "model.xml";

    private static readonly Lock Compiler = new();

    private Model(ModelHandle handle) => Handle = handle;

    internal ModelHandle Handle { get; }

    /// <summary>The model of an MJCF file; what it includes stands beside it. Raises ModelException, MuJoCoLoadException.</summary>
    public static Model FromFile(string path)
    {
        MuJoCoLibrary.Load();
        return Compile(path, path, null);
    }

    /// <summary>The model of MJCF that is given as text. Raises ModelException, MuJoCoLoadException.</summary>
    public static Model FromText(string mjcf)
    {
        MuJoCoLibrary.Load();
        return Compile(mjcf);
    }

    /// <summary>Another model, equal to this one as it is now.</summary>
    public Model Copy() => new(Functions.CopyModel(0, Handle));

    /// <summary>The number of what has this name. Raises ArgumentException when nothing has. A linear search: keep the number.</summary>
    public int Id(ObjectKind kind, string name)
    {
        var id = Functions.IdOf(Handle, (int)kind, name);
        return id >= 0
            ? id
            : throw new ArgumentException($"the model has no {kind.ToString().ToLowerInvariant()} '{name}'", nameof(name));
    }

    /// <summary>The name of a numbered thing; null when it has none, or there is none.</summary>
    public string? NameOf(ObjectKind kind, int id) => Marshal.PtrToStringUTF8((nint)Functions.NameOf(Handle, (int)kind, id));

    /// <summary>The names of a kind of things, in order; of what has none, nothing.</summary>
    public IEnumerable<string> Names(ObjectKind kind)
    {
        var count = kind switch
        {
            ObjectKind.Body => Nbody,
            ObjectKind.Joint => Njnt,
            ObjectKind.Geom => Ngeom,
            ObjectKind.Site => Nsite,
            ObjectKind.Camera => Ncam,
            ObjectKind.Equality => Neq,
            _ => Nu,
        };
        return Enumerable.Range(0, count).Select(id => NameOf(kind, id)).OfType<string>();
    }

    /// <summary>The number of a body. Raises ArgumentException.</summary>
    public int Body(string name) => Id(ObjectKind.Body, name);

    /// <summary>The number of a joint. Raises ArgumentException.</summary>
    public int Joint(string name) => Id(ObjectKind.Joint, name);

    /// <summary>The number of a geom. Raises ArgumentException.</summary>
    public int Geom(string name) => Id(ObjectKind.Geom, name);

    /// <summary>The number of a site. Raises ArgumentException.</summary>
    public int Site(string name) => Id(ObjectKind.Site, name);

    /// <summary>The number of an equality constraint. Raises ArgumentException.</summary>
    public int Equality(string name) => Id(ObjectKind.Equality, name);

    /// <summary>The number of an actuator. Raises ArgumentException.</summary>
    public int Actuator(string name) => Id(ObjectKind.Actuator, name);

    /// <summary>Frees the model; simulations of it cannot go on.</summary>
    public void Dispose() => Handle.Dispose();

    /// <summary>The largest picture that can be drawn: what the model's own text may say too.</summary>
    internal void SetPictureSize(int width, int height)
    {
        var model = (byte*)Handle.DangerousGetHandle();
        *(int*)(model + Layout.Model.OffWidth) = width;
        *(int*)(model + Layout.Model.OffHeight) = height;
    }

    /// <summary>As <see cref="FromText"/>, for a library that is being loaded.</summary>
    internal static Model Compile(string mjcf)
    {
        var text = Encoding.UTF8.GetBytes(mjcf);
        // MuJoCo refuses a file without bytes by ending the process.
        if (text.Length == 0) throw new ModelException("the model's text is empty");
        var files = NativeMemory.Alloc(Layout.Files.Size);

        try
        {
            Functions.DefaultFiles(files);
            _ = Functions.MakeFile(files, NameInMemory, text.Length);
            text.CopyTo(new Span<byte>(*(void**)((byte*)files + Layout.Files.Data), text.Length));
            return Compile(NameInMemory, "the model's text", files);
        }
        finally
        {
            Functions.DeleteFiles(files);
            NativeMemory.Free(files);
        }
    }

    private static Model Compile(string file, string what, void* files)
    {
        var error = stackalloc byte[ErrorSize];
        *error = 0;
        ModelHandle handle;
        // The compiler keeps what it compiled last in one place.
        lock (Compiler) handle = Functions.LoadXml(file, files, error, ErrorSize);
        if (!handle.IsInvalid) return new(handle) { Warning = *error == 0 ? null : Handlers.Text(error) };
        handle.Dispose();
        throw new ModelException($"{what}: {Handlers.Text(error)}");
    }
}
