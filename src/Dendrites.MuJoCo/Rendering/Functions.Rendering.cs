using System.Runtime.InteropServices;

namespace Dendrites.MuJoCo;

/// <summary>Those that draw.</summary>
internal static unsafe partial class Functions
{
    [LibraryImport(Library, EntryPoint = "mjv_defaultOption")]
    public static partial void DefaultOption(void* option);

    [LibraryImport(Library, EntryPoint = "mjv_defaultCamera")]
    public static partial void DefaultCamera(void* camera);

    [LibraryImport(Library, EntryPoint = "mjv_defaultScene")]
    public static partial void DefaultScene(void* scene);

    [LibraryImport(Library, EntryPoint = "mjv_makeScene")]
    public static partial void MakeScene(ModelHandle model, void* scene, int most);

    [LibraryImport(Library, EntryPoint = "mjv_freeScene")]
    public static partial void FreeScene(void* scene);

    [LibraryImport(Library, EntryPoint = "mjv_updateScene")]
    public static partial void UpdateScene(ModelHandle model, DataHandle data, void* option, void* perturbation, void* camera, int categories, void* scene);

    [LibraryImport(Library, EntryPoint = "mjv_initGeom")]
    public static partial void InitialiseShape(void* shape, int type, double* size, double* place, double* rotation, float* colour);

    [LibraryImport(Library, EntryPoint = "mjr_defaultContext")]
    public static partial void DefaultContext(void* context);

    [LibraryImport(Library, EntryPoint = "mjr_makeContext")]
    public static partial void MakeContext(ModelHandle model, void* context, int letters);

    [LibraryImport(Library, EntryPoint = "mjr_freeContext")]
    public static partial void FreeContext(void* context);

    [LibraryImport(Library, EntryPoint = "mjr_setBuffer")]
    public static partial void SetBuffer(int buffer, void* context);

    [LibraryImport(Library, EntryPoint = "mjr_render")]
    public static partial void Render(Renderer.Rectangle view, void* scene, void* context);

    [LibraryImport(Library, EntryPoint = "mjr_readPixels")]
    public static partial void ReadPixels(byte* colours, float* depths, Renderer.Rectangle view, void* context);
}
