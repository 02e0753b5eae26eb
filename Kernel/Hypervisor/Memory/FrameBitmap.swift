// SPDX-License-Identifier: MIT
import Architecture

/// A bit for each frame of the machine, set while the frame is in use.
struct FrameBitmap: ~Copyable {
    private let bitmap: HostPhysicalAddress
    /// One more than the highest frame of the machine.
    let frameCount: UInt64
    /// No word before this one has a free frame.
    private var searchStart: UInt64 = 0
    /// The number of free frames.
    private(set) var freeCount: UInt64 = 0

    /// The frames below `frameCount`, all of them in use for now.
    ///
    /// - Parameter bitmap: memory of `FrameAllocator.bitmapSize(frameCount:)` frames that nobody else uses.
    init(bitmap: HostFrame, frameCount: UInt64) {
        self.bitmap = bitmap.address
        self.frameCount = frameCount
        for index in 0..<FrameAllocator.bitmapSize(frameCount: frameCount) {
            PhysicalMemory.fill(bitmap.advanced(by: index), with: .max)
        }
    }

    /// Makes the frames from `start` up to `end` used, those that are free.
    mutating func reserve(from start: HostFrame, to end: HostFrame) {
        var number = start.number
        while number < min(end.number, frameCount) {
            let word = number / 64
            let bit: UInt64 = 1 &<< (number & 63)
            if load(word) & bit == 0 {
                store(word, load(word) | bit)
                freeCount &-= 1
            }
            number &+= 1
        }
    }

    /// A free frame, now in use; its content is whatever was there. Nil when there is none.
    mutating func takeFrame() -> HostFrame? {
        guard freeCount > 0 else { return nil }
        let words = (frameCount &+ 63) / 64
        while searchStart < words {
            let used = load(searchStart)
            if used != .max {
                let bit = UInt64((~used).trailingZeroBitCount)
                store(searchStart, used | 1 &<< bit)
                freeCount &-= 1
                return HostFrame(searchStart &* 64 &+ bit)
            }
            searchStart &+= 1
        }
        return nil
    }

    /// The first of `count` free frames in a row, now in use. Nil when there are none. For the few tables of the hypervisor
    /// that need more than one.
    mutating func takeFrames(_ count: UInt64) -> HostFrame? {
        guard freeCount >= count else { return nil }
        var start: UInt64 = 0
        var length: UInt64 = 0
        while start &+ length < frameCount {
            let number = start &+ length
            if load(number / 64) &>> (number & 63) & 1 == 0 {
                length &+= 1
                if length == count {
                    reserve(from: HostFrame(start), to: HostFrame(start &+ count))
                    return HostFrame(start)
                }
            } else {
                start = number &+ 1
                length = 0
            }
        }
        return nil
    }

    /// The first of 512 free frames in a row, on a 2 MiB boundary, now in use. Nil when there is no such run.
    mutating func takeLargeFrame() -> HostFrame? {
        guard freeCount >= 512 else { return nil }
        let runs = frameCount / 512
        var run = runs
        while run > 0 {
            run &-= 1
            guard isFree(run: run) else { continue }
            for word in run &* 8..<run &* 8 &+ 8 { store(word, .max) }
            freeCount &-= 512
            return HostFrame(run &* 512)
        }
        return nil
    }

    /// Makes one frame free again; one that is free already stays so.
    mutating func free(_ frame: HostFrame) {
        let word = frame.number / 64
        let bit: UInt64 = 1 &<< (frame.number & 63)
        guard frame.number < frameCount, load(word) & bit != 0 else { return }
        store(word, load(word) & ~bit)
        freeCount &+= 1
        searchStart = min(searchStart, word)
    }

    /// Whether a frame is free.
    func isFree(_ frame: HostFrame) -> Bool {
        frame.number < frameCount && load(frame.number / 64) &>> (frame.number & 63) & 1 == 0
    }

    private func isFree(run: UInt64) -> Bool {
        var used: UInt64 = 0
        for word in run &* 8..<run &* 8 &+ 8 { used |= load(word) }
        return used == 0
    }

    private func load(_ word: UInt64) -> UInt64 { PhysicalMemory.read(UInt64.self, at: bitmap.advanced(by: word &* 8)) }

    private func store(_ word: UInt64, _ value: UInt64) {
        PhysicalMemory.write(value, at: bitmap.advanced(by: word &* 8))
    }
}
