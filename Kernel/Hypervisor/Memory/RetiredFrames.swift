// SPDX-License-Identifier: MIT
import Architecture

/// Frames that were taken out of a domain's nested page tables. Until the processors have dropped the translations that lead to
/// them, a virtual CPU elsewhere may still read and write there: so they are not free yet.
struct RetiredFrames {
    private var frames = InlineArray<64, UInt64>(repeating: 0)
    /// How many there are.
    private(set) var count = 0

    /// How many one change of the map can add at most: a page, and a table of each level below the root.
    static var most: Int { 4 }

    /// Whether translations have to be dropped before more is taken out. Half of the room is for what an instruction that is
    /// stepped over has mapped, see `UnbackedAccess`.
    var isNearlyFull: Bool { count > 32 - RetiredFrames.most }

    /// Takes one up. With more than there is room for, which `isNearlyFull` prevents, it is lost to the machine, and nobody is harmed.
    mutating func append(_ frame: HostFrame) {
        guard count < 64 else { return }
        frames[count] = frame.number
        count &+= 1
    }

    /// Takes one out; nil when there is none.
    mutating func removeLast() -> HostFrame? {
        guard count > 0 else { return nil }
        count &-= 1
        return HostFrame(frames[count])
    }

    /// One of them, by an index less than `count`.
    subscript(index: Int) -> HostFrame { HostFrame(frames[index]) }
}
