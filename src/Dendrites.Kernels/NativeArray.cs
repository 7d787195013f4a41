using System.Runtime.InteropServices;

namespace Dendrites.Kernels;

/// <summary>
/// Zeroed native memory that the garbage collector does not see, in huge pages where the system gives them: the kernels
/// walk through tens of megabytes in strides, and with pages of 4 kB each stride would miss the processor's page table.
/// </summary>
internal sealed unsafe class NativeArray<T> : IDisposable
    where T : unmanaged
{
    private const nuint HugePage = 2 << 20;

    private const nuint CacheLine = 64;

    public NativeArray(long length)
    {
        Length = length;
        var bytes = (nuint)Math.Max(1, length) * (nuint)sizeof(T);
        var alignment = bytes >= HugePage ? HugePage : CacheLine;
        Pointer = (T*)NativeMemory.AlignedAlloc((bytes + alignment - 1) / alignment * alignment, alignment);
        if (bytes >= HugePage) HugePages.Ask(Pointer, bytes);
        NativeMemory.Clear(Pointer, bytes);
    }

    /// <summary>The safety net of an owner that forgot.</summary>
    ~NativeArray() => Free();

    public T* Pointer { get; private set; }

    public long Length { get; }

    public Span<T> Span => new(Pointer, checked((int)Length));

    public void Clear() => NativeMemory.Clear(Pointer, (nuint)Length * (nuint)sizeof(T));

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(Pointer);
        Pointer = null;
    }
}

/// <summary>Linux's huge pages.</summary>
internal static unsafe partial class HugePages
{
    private const int MadviseHugePage = 14;

    /// <summary>Asks for huge pages; where there are none, all works without.</summary>
    public static void Ask(void* address, nuint bytes)
    {
        if (OperatingSystem.IsLinux()) _ = Advise(address, bytes, MadviseHugePage);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
