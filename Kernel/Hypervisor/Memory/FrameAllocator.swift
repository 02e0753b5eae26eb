// SPDX-License-Identifier: MIT
import Architecture
import Locking

/// The free frames of the machine, and who uses the others beside their owners.
///
/// Frames are handed out as `OwnedFrame` values, which give themselves back, or in runs of 512 as memory for a domain. Any
/// processor may call at any time.
public final class FrameAllocator {
    /// Held while the bits or the uses are looked at or changed. Whoever holds it waits for no other lock.
    private let lock = SpinLock(.frames)
    private var frames: FrameBitmap
    /// Who uses frames beside their owners; nil while nobody does.
    private var uses: FrameUses?
    /// One more than the highest frame of the machine.
    public let frameLimit: UInt64

    /// From now on the order of locks is checked here: see `SpinLock.checkOrder`.
    func checkLockOrder() { lock.checkOrder() }

    /// The number of free frames.
    public var freeCount: UInt64 { lock.withLock { frames.freeCount } }

    /// How many frames a bitmap for `frameCount` frames takes.
    public static func bitmapSize(frameCount: UInt64) -> UInt64 {
        (frameCount + 64 * 512 - 1) / (64 * 512)
    }

    /// An allocator of the frames below `frameCount`, all of them in use for now.
    ///
    /// - Parameter bitmap: memory of `bitmapSize(frameCount:)` frames that nobody else uses.
    public init(bitmap: HostFrame, frameCount: UInt64) {
        frames = FrameBitmap(bitmap: bitmap, frameCount: frameCount)
        frameLimit = frameCount
    }

    /// Makes the frames from `start` up to `end` free. Other processors have their turns in between.
    public func release(from start: HostFrame, to end: HostFrame) {
        var number = start.number
        while number < min(end.number, frameLimit) {
            free(HostFrame(number))
            number &+= 1
        }
    }

    /// Makes the frames from `start` up to `end` used, those that are free.
    public func reserve(from start: HostFrame, to end: HostFrame) {
        lock.withLock { frames.reserve(from: start, to: end) }
    }

    /// A free frame, now in use; its content is whatever was there. Nil when there is none.
    public func takeFrame() -> HostFrame? { lock.withLock { frames.takeFrame() } }

    /// The first of `count` free frames in a row, now in use. Nil when there are none. For the few tables of the hypervisor
    /// that need more than one.
    public func takeFrames(_ count: UInt64) -> HostFrame? { lock.withLock { frames.takeFrames(count) } }

    /// The first of 512 free frames in a row, on a 2 MiB boundary, now in use. Nil when there is no such run.
    func takeLargeFrame() -> HostFrame? { lock.withLock { frames.takeLargeFrame() } }

    /// Makes one frame free again; one that is free already stays so. A frame that others hold is freed when the last of them
    /// lets go of it. Returns whether there are such.
    @discardableResult
    func free(_ frame: HostFrame) -> Bool {
        lock.withLock {
            let isOrphaned = uses?.isOrphaned(byFreeing: frame) == true
            if !isOrphaned { frames.free(frame) }
            return isOrphaned
        }
    }

    /// Notes that somebody uses a frame beside its owner, and keeps it from being freed. Returns false when there is no memory
    /// for the note.
    func hold(_ frame: HostFrame) -> Bool {
        lock.withLock {
            if uses == nil { uses = FrameUses(frameCount: frameLimit, from: &frames) }
            return frame.number < frameLimit && uses?.add(to: frame, from: &frames) == true
        }
    }

    /// Takes such a note back. Returns whether the frame is free by that: its owner had freed it, and nobody else uses it.
    @discardableResult
    func letGo(of frame: HostFrame) -> Bool {
        lock.withLock {
            let isLast = uses?.remove(from: frame) == true
            if isLast { frames.free(frame) }
            return isLast
        }
    }

    /// Whether a frame is free.
    func isFree(_ frame: HostFrame) -> Bool { lock.withLock { frames.isFree(frame) } }

    /// How many users a frame has beside its owner, and whether its owner has freed it.
    func holders(of frame: HostFrame) -> (count: UInt32, isOrphan: Bool) {
        lock.withLock { uses?.count(of: frame) ?? (0, false) }
    }

    /// Calls `body` for each frame in which such users are counted. It must not call the allocator.
    func forEachUseCountFrame(_ body: (HostFrame) -> Void) {
        lock.withLock { uses?.forEachOwnFrame(body) }
    }
}
