// SPDX-License-Identifier: MIT
import Architecture
import Glibc

@testable import Hypervisor

/// Memory of the test process that plays the machine's physical memory: on the host a host-physical address is simply an
/// address. It goes when the arena goes, so a suite keeps its arena as a property.
///
/// It lies below 2 GiB, so that the allocator's bitmap, which counts frames from address 0, stays small. All of it is filled
/// with a pattern first: whoever takes a frame for zeros is caught.
final class TestArena {
    /// What the memory holds until somebody writes to it.
    static let pattern: UInt64 = 0xA5A5_A5A5_A5A5_A5A5

    /// The free frames: `frameCount` in a row, from a 2 MiB boundary on.
    let allocator: FrameAllocator
    /// The number of frames that were free at first.
    let frameCount: UInt64
    /// The first frame that was free.
    let firstFrame: HostFrame

    private let start: UInt
    private let size: Int

    /// So many bytes of free memory, in whole frames.
    init(bytes: UInt64 = 8 << 20) {
        let boundary: UInt64 = 2 << 20
        let bitmapBytes: UInt64 = 16 * frameSize
        size = Int(bytes + boundary + bitmapBytes)
        // SAFETY: a new private mapping, which nobody else knows of.
        let mapping = unsafe mmap(
            nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT | MAP_NORESERVE, -1, 0)
        start = UInt(bitPattern: mapping)
        precondition(start != .max, "no room below 2 GiB for the memory of a test")
        let free = (UInt64(start) + bitmapBytes + boundary - 1) / boundary * boundary
        firstFrame = HostPhysicalAddress(free).frame
        frameCount = bytes / frameSize
        let end = firstFrame.advanced(by: frameCount)
        allocator = FrameAllocator(bitmap: HostPhysicalAddress(UInt64(start)).frame, frameCount: end.number)
        for index in 0..<frameCount { PhysicalMemory.fill(firstFrame.advanced(by: index), with: TestArena.pattern) }
        allocator.release(from: firstFrame, to: end)
    }

    deinit {
        // SAFETY: the mapping of `init`; whatever lies in it has gone before its arena.
        unsafe munmap(UnsafeMutableRawPointer(bitPattern: start), size)
    }

    /// Takes frames until only `count` are free. The frames taken stay so.
    func leaveFree(_ count: UInt64) {
        while allocator.freeCount > count, allocator.takeFrame() != nil {}
    }

    /// A frame of its own, filled with zeros.
    func takeZeroedFrame() throws(MissingFrame) -> HostFrame {
        guard let frame = allocator.takeFrame() else { throw MissingFrame() }
        PhysicalMemory.fill(frame)
        return frame
    }

    /// The arena was too small for the test.
    struct MissingFrame: Error {}
}
