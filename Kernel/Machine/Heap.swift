// SPDX-License-Identifier: MIT
import CPU
import Locking

/// The memory behind Swift's class instances: domains, virtual CPUs and a few tables, all made when a domain is built and
/// freed when it ends. A first-fit list of free blocks in one region whose size is fixed at start.
///
/// Every block begins with 16 bytes of header: its size in bytes, header included, and, while it is free, the address of the
/// next free block (0 at the end). Free blocks are in the order of their addresses, and neighbours are joined.
public enum Heap {
    private static let headerSize: UInt64 = 16

    /// Held while the list is looked at or changed.
    private static let lock = SpinLock(.heap)

    // SAFETY: it is used under the lock only.
    private nonisolated(unsafe) static var firstFree: UInt64 = 0

    /// From now on the order of locks is checked here: see `SpinLock.checkOrder`.
    public static func checkLockOrder() { lock.checkOrder() }

    /// Gives the heap its memory: `size` bytes at an address, both multiples of 16.
    public static func initialise(at address: UInt64, size: UInt64) {
        cpu_store64(address, size)
        cpu_store64(address &+ 8, 0)
        lock.withLock { unsafe firstFree = address }
    }

    /// The address of `size` bytes, aligned to 16; 0 when there is no room.
    public static func allocate(_ size: UInt64) -> UInt64 {
        let (padded, overflow) = size.addingReportingOverflow(headerSize &+ 15)
        guard !overflow else { return 0 }
        return lock.withLock { take(padded & ~15) }
    }

    /// The first free block that is large enough, cut down to what is needed; 0 when there is none.
    private static func take(_ needed: UInt64) -> UInt64 {
        var previous: UInt64 = 0
        var block = unsafe firstFree
        while block != 0 && cpu_load64(block) < needed {
            previous = block
            block = cpu_load64(block &+ 8)
        }
        guard block != 0 else { return 0 }
        link(from: previous, to: split(block, needed: needed))
        return block &+ headerSize
    }

    /// Gives back what `allocate` returned.
    public static func free(_ address: UInt64) {
        lock.withLock { insert(address &- headerSize) }
    }

    /// Puts a block into the list, at its place.
    private static func insert(_ block: UInt64) {
        var previous: UInt64 = 0
        var next = unsafe firstFree
        while next != 0 && next < block {
            previous = next
            next = cpu_load64(next &+ 8)
        }
        cpu_store64(block &+ 8, next)
        link(from: previous, to: block)
        join(block)
        if previous != 0 { join(previous) }
    }

    /// Cuts a free block down to what is needed and returns the free block that takes its place in the list.
    private static func split(_ block: UInt64, needed: UInt64) -> UInt64 {
        let size = cpu_load64(block)
        let next = cpu_load64(block &+ 8)
        guard size &- needed >= headerSize &* 2 else { return next }
        let rest = block &+ needed
        cpu_store64(rest, size &- needed)
        cpu_store64(rest &+ 8, next)
        cpu_store64(block, needed)
        return rest
    }

    private static func link(from previous: UInt64, to block: UInt64) {
        if previous == 0 { unsafe firstFree = block } else { cpu_store64(previous &+ 8, block) }
    }

    /// Joins a free block with the next one, if nothing lies between them.
    private static func join(_ block: UInt64) {
        let next = cpu_load64(block &+ 8)
        guard next != 0, block &+ cpu_load64(block) == next else { return }
        cpu_store64(block, cpu_load64(block) &+ cpu_load64(next))
        cpu_store64(block &+ 8, cpu_load64(next &+ 8))
    }
}
