// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor

/// Frames of memory in a row, filled with zeros: memory of the test process, which plays the machine's.
@safe
public final class TestFrames {
    private let memory: UnsafeMutableRawPointer

    /// So many frames. They go when the object goes.
    public init(count: UInt64) {
        // SAFETY: new memory, which is the object's own until it goes.
        unsafe memory = UnsafeMutableRawPointer.allocate(byteCount: Int(count * frameSize), alignment: Int(frameSize))
        for index in 0..<count { PhysicalMemory.fill(first.advanced(by: index)) }
    }

    deinit {
        // SAFETY: the memory of `init`, which nobody uses any more.
        unsafe memory.deallocate()
    }

    /// The first of the frames.
    public var first: HostFrame { unsafe HostPhysicalAddress(UInt64(UInt(bitPattern: memory))).frame }
}
