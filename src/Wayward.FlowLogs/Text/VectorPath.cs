using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Wayward.FlowLogs.Text;

/// <summary>How separators are found. All give the same; the narrower ones serve other processors and are forced in tests.</summary>
internal enum VectorPath : byte { Best, Scalar, Vector128, Vector256, Vector512 }

internal static class VectorPaths
{
    public static VectorPath Best { get; } =
        System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated && Avx512BW.IsSupported ? VectorPath.Vector512 :
        System.Runtime.Intrinsics.Vector256.IsHardwareAccelerated ? VectorPath.Vector256 :
        System.Runtime.Intrinsics.Vector128.IsHardwareAccelerated ? VectorPath.Vector128 : VectorPath.Scalar;

    /// <summary>Those that this processor can run (a vector wider than the hardware's is emulated by the runtime and still right).</summary>
    public static VectorPath[] All { get; } = [VectorPath.Scalar, VectorPath.Vector128, VectorPath.Vector256, VectorPath.Vector512];
}
