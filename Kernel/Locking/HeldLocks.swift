// SPDX-License-Identifier: MIT

/// How many locks of each rank a processor holds: a byte for each rank, the lowest first.
public struct HeldLocks: BitwiseCopyable, Sendable {
    /// The bytes.
    public private(set) var counts: UInt64

    /// From the bytes; none are held by default.
    public init(counts: UInt64 = 0) { self.counts = counts }

    /// The lock of the highest rank; nil when none is held.
    public var highest: LockRank? {
        counts == 0 ? nil : LockRank(rawValue: UInt8(truncatingIfNeeded: (63 &- counts.leadingZeroBitCount) &>> 3))
    }

    /// Why a lock may not be waited for: the one of the highest rank that is held, if its rank is not lower. Two of the same rank are
    /// allowed to those who know an order among them (`besideEqual`).
    public func obstacle(to rank: LockRank, besideEqual: Bool = false) -> LockRank? {
        guard let highest else { return nil }
        let isLower = besideEqual ? highest.rawValue <= rank.rawValue : highest.rawValue < rank.rawValue
        return isLower ? nil : highest
    }

    /// One more is held.
    public mutating func add(_ rank: LockRank) { counts &+= 1 &<< (UInt64(rank.rawValue) &* 8) }

    /// One is held no more.
    public mutating func remove(_ rank: LockRank) { counts &-= 1 &<< (UInt64(rank.rawValue) &* 8) }
}
