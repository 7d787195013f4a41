using Microsoft.Win32.SafeHandles;

namespace Dendrites.MuJoCo;

/// <summary>Owns one mjModel.</summary>
internal sealed class ModelHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        Functions.DeleteModel(handle);
        return true;
    }
}

/// <summary>Owns one mjData.</summary>
internal sealed class DataHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        Functions.DeleteData(handle);
        return true;
    }
}
