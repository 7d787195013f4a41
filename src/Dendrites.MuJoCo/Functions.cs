using System.Runtime.InteropServices;

namespace Dendrites.MuJoCo;

/// <summary>MuJoCo's functions that are used, by their own names. <see cref="MuJoCoLibrary.Load"/> comes first.</summary>
internal static unsafe partial class Functions
{
    /// <summary>The name that the resolver of <see cref="MuJoCoLibrary"/> answers to.</summary>
    public const string Library = "mujoco-2.2.2";

    [LibraryImport(Library, EntryPoint = "mj_defaultVFS")]
    public static partial void DefaultFiles(void* files);

    [LibraryImport(Library, EntryPoint = "mj_makeEmptyFileVFS", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeFile(void* files, string name, int size);

    [LibraryImport(Library, EntryPoint = "mj_deleteVFS")]
    public static partial void DeleteFiles(void* files);

    [LibraryImport(Library, EntryPoint = "mj_loadXML", StringMarshalling = StringMarshalling.Utf8)]
    public static partial ModelHandle LoadXml(string file, void* files, byte* error, int errorSize);

    [LibraryImport(Library, EntryPoint = "mj_copyModel")]
    public static partial ModelHandle CopyModel(nint target, ModelHandle source);

    [LibraryImport(Library, EntryPoint = "mj_deleteModel")]
    public static partial void DeleteModel(nint model);

    [LibraryImport(Library, EntryPoint = "mj_makeData")]
    public static partial DataHandle MakeData(ModelHandle model);

    [LibraryImport(Library, EntryPoint = "mj_deleteData")]
    public static partial void DeleteData(nint data);

    [LibraryImport(Library, EntryPoint = "mj_step")]
    public static partial void Step(ModelHandle model, DataHandle data);

    [LibraryImport(Library, EntryPoint = "mj_forward")]
    public static partial void Forward(ModelHandle model, DataHandle data);

    [LibraryImport(Library, EntryPoint = "mj_kinematics")]
    public static partial void Kinematics(ModelHandle model, DataHandle data);

    [LibraryImport(Library, EntryPoint = "mj_resetData")]
    public static partial void ResetData(ModelHandle model, DataHandle data);

    [LibraryImport(Library, EntryPoint = "mj_name2id", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int IdOf(ModelHandle model, int kind, string name);

    [LibraryImport(Library, EntryPoint = "mj_id2name")]
    public static partial byte* NameOf(ModelHandle model, int kind, int id);

    /// <summary>MuJoCo's own way to end when it cannot go on; does not come back.</summary>
    [LibraryImport(Library, EntryPoint = "mju_error", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void Error(string text);
}
