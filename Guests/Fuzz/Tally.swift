// SPDX-License-Identifier: MIT
import GuestKit

/// What has been done, counted by each vCPU for itself, in two pages: counters, and a byte for each operation of each hypercall.
struct Tally {
    private let address: UInt64

    /// The tally at an address.
    init(at address: UInt64) { self.address = address }

    /// Sets everything to zero.
    func clear() { Memory.fill(address, count: 2 * Memory.pageSize, with: 0) }

    /// Counts a call of a vCPU with its result.
    func note(_ result: Int64, of operation: Operation, by vcpu: UInt64) {
        let place = slot(of: vcpu)
        Memory.store64(Memory.load64(place) &+ 1, at: place)
        if result >= 0 { Memory.store64(Memory.load64(place &+ 8) &+ 1, at: place &+ 8) }
        let digest = (Memory.load64(place &+ 16) ^ UInt64(bitPattern: result)) &* 0x100_0000_01B3
        Memory.store64(digest, at: place &+ 16)
        let flag = address &+ Memory.pageSize &+ operation.index
        let seen: UInt8 = result >= 0 ? 3 : 1
        if Memory.load8(flag) & seen != seen { Memory.store8(Memory.load8(flag) | seen, at: flag) }
    }

    /// Notes that a vCPU can take non-maskable interrupts.
    func noteReady(_ vcpu: UInt64) { Memory.store64(1, at: slot(of: vcpu) &+ 24) }

    /// Whether all of so many vCPUs can.
    func areReady(_ vcpuCount: UInt64) -> Bool {
        for vcpu in 0..<vcpuCount where Memory.load64(slot(of: vcpu) &+ 24) == 0 { return false }
        return true
    }

    /// The calls of so many vCPUs, those that were not refused, and a number that depends on all results.
    func sum(_ vcpuCount: UInt64) -> (calls: UInt64, granted: UInt64, digest: UInt64) {
        var sum: (calls: UInt64, granted: UInt64, digest: UInt64) = (0, 0, 0)
        for vcpu in 0..<vcpuCount {
            sum.calls &+= Memory.load64(slot(of: vcpu))
            sum.granted &+= Memory.load64(slot(of: vcpu) &+ 8)
            sum.digest = sum.digest &* 31 ^ Memory.load64(slot(of: vcpu) &+ 16)
        }
        return sum
    }

    /// How many operations were called, and how many of them did something at least once.
    var operations: (called: UInt64, granted: UInt64) {
        var count: (called: UInt64, granted: UInt64) = (0, 0)
        for index in 0..<Memory.pageSize {
            let seen = Memory.load8(address &+ Memory.pageSize &+ index)
            if seen & 1 != 0 { count.called += 1 }
            if seen & 2 != 0 { count.granted += 1 }
        }
        return count
    }

    private func slot(of vcpu: UInt64) -> UInt64 { address &+ vcpu &* 64 }
}
