// SPDX-License-Identifier: MIT
import Architecture

/// How many users each frame has beside its owner: mappings of grants, and copies through them. A frame that its owner frees
/// meanwhile is an orphan, and is free only when the last of them has let go.
///
/// A directory leads to frames of 1024 counts each, which are made when the first of their frames is held, and stay.
struct FrameUses {
    private let directory: HostFrame
    private let directorySize: UInt64
    private let frameCount: UInt64

    /// Set in a count while the frame is an orphan.
    private static var orphan: UInt32 { 1 << 31 }
    private static var countsPerFrame: UInt64 { 1024 }

    /// No uses yet. Nil when no memory is free.
    init?(frameCount: UInt64, from frames: inout FrameBitmap) {
        let parts = (frameCount &+ FrameUses.countsPerFrame &- 1) / FrameUses.countsPerFrame
        let size = (parts &* 8 &+ frameSize &- 1) / frameSize
        guard let directory = frames.takeFrames(size) else { return nil }
        for index in 0..<size { PhysicalMemory.fill(directory.advanced(by: index)) }
        self.directory = directory
        directorySize = size
        self.frameCount = frameCount
    }

    /// Counts one more use. Returns false when there are as many as can be counted, or no memory is free.
    func add(to frame: HostFrame, from frames: inout FrameBitmap) -> Bool {
        guard let place = place(of: frame) ?? makePlace(for: frame, from: &frames) else { return false }
        let count = PhysicalMemory.read(UInt32.self, at: place)
        guard count & ~FrameUses.orphan < FrameUses.orphan &- 1 else { return false }
        PhysicalMemory.write(count &+ 1, at: place)
        return true
    }

    /// Counts one use less. Returns whether that was the last one of an orphan.
    func remove(from frame: HostFrame) -> Bool {
        guard let place = place(of: frame) else { return false }
        let count = PhysicalMemory.read(UInt32.self, at: place)
        guard count & ~FrameUses.orphan != 0 else { return false }
        let isLast = count &- 1 == FrameUses.orphan
        PhysicalMemory.write(isLast ? 0 : count &- 1, at: place)
        return isLast
    }

    /// The owner frees a frame. Returns whether there are still users, of whom the last one is to free it.
    func isOrphaned(byFreeing frame: HostFrame) -> Bool {
        guard let place = place(of: frame) else { return false }
        let count = PhysicalMemory.read(UInt32.self, at: place)
        guard count != 0 else { return false }
        PhysicalMemory.write(count | FrameUses.orphan, at: place)
        return true
    }

    /// How many users a frame has, and whether it is an orphan.
    func count(of frame: HostFrame) -> (count: UInt32, isOrphan: Bool) {
        guard let place = place(of: frame) else { return (0, false) }
        let count = PhysicalMemory.read(UInt32.self, at: place)
        return (count & ~FrameUses.orphan, count & FrameUses.orphan != 0)
    }

    /// Calls `body` for each frame of the directory and of the counts.
    func forEachOwnFrame(_ body: (HostFrame) -> Void) {
        for index in 0..<directorySize { body(directory.advanced(by: index)) }
        for index in 0..<directorySize &* entriesPerTable {
            let part = PhysicalMemory.read(UInt64.self, at: directory.address.advanced(by: index &* 8))
            if part != 0 { body(HostPhysicalAddress(part).frame) }
        }
    }

    private func place(of frame: HostFrame) -> HostPhysicalAddress? {
        guard frame.number < frameCount else { return nil }
        let part = PhysicalMemory.read(UInt64.self, at: slot(of: frame))
        guard part != 0 else { return nil }
        return HostPhysicalAddress(part).advanced(by: frame.number % FrameUses.countsPerFrame &* 4)
    }

    private func makePlace(for frame: HostFrame, from frames: inout FrameBitmap) -> HostPhysicalAddress? {
        guard frame.number < frameCount, let part = frames.takeFrame() else { return nil }
        PhysicalMemory.fill(part)
        PhysicalMemory.write(part.address.value, at: slot(of: frame))
        return place(of: frame)
    }

    private func slot(of frame: HostFrame) -> HostPhysicalAddress {
        directory.address.advanced(by: frame.number / FrameUses.countsPerFrame &* 8)
    }
}
