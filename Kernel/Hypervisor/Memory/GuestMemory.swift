// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

/// The memory of a guest by linear address, as its kernel sees it at the moment: the only way in which hypercalls reach it.
/// Every page of every copy is looked up anew: first in the guest's own page tables, then in the domain's physical map.
struct GuestMemory {
    /// How its kernel translates linear addresses.
    let space: GuestAddressSpace
    /// How those are translated further.
    let tables: NestedPageTables

    /// Copies a value in.
    ///
    /// - Throws: `.badAddress` when the guest's kernel could not read it there.
    @inline(__always)
    func read<Value: BitwiseCopyable>(_: Value.Type, at address: GuestLinearAddress) throws(XenError) -> Value {
        let size = UInt64(MemoryLayout<Value>.size)
        if address.offset &+ size <= frameSize {
            return PhysicalMemory.read(Value.self, at: try translate(address, forWriting: false))
        }
        return try readPieces(at: address, size: size)
    }

    /// Copies a value out.
    ///
    /// - Throws: `.badAddress` when the guest's kernel could not write it there.
    @inline(__always)
    func write<Value: BitwiseCopyable>(_ value: Value, at address: GuestLinearAddress) throws(XenError) {
        let size = UInt64(MemoryLayout<Value>.size)
        if address.offset &+ size <= frameSize {
            PhysicalMemory.write(value, at: try translate(address, forWriting: true))
        } else {
            try writePieces(value, at: address, size: size)
        }
    }

    /// The host address of a byte of the guest's.
    ///
    /// - Throws: `.badAddress` when the access would fault, or the memory is not the guest's own.
    @inline(__always)
    func translate(_ address: GuestLinearAddress, forWriting: Bool) throws(XenError) -> HostPhysicalAddress {
        guard let host = forWriting ? translateForWriting(address) : translateForReading(address) else {
            throw .badAddress
        }
        return host
    }

    @inline(never)
    private func translateForReading(_ address: GuestLinearAddress) -> HostPhysicalAddress? {
        guard let physical = space.translate(address, for: [], in: tables) else { return nil }
        return tables.translate(physical, forWriting: false)
    }

    @inline(never)
    private func translateForWriting(_ address: GuestLinearAddress) -> HostPhysicalAddress? {
        guard let physical = space.translate(address, for: .write, in: tables) else { return nil }
        return tables.translate(physical, forWriting: true)
    }

    /// A value of at most a page that lies across a page boundary.
    private func readPieces<Value: BitwiseCopyable>(
        at address: GuestLinearAddress, size: UInt64
    ) throws(XenError) -> Value {
        let first = frameSize &- address.offset
        let low = try translate(address, forWriting: false)
        let high = try translate(address.advanced(by: first), forWriting: false)
        // SAFETY: the two pieces are together as long as the value, and each lies in the frame that was looked up.
        return unsafe withUnsafeTemporaryAllocation(byteCount: Int(size), alignment: 16) { buffer in
            guard let base = buffer.baseAddress else { return PhysicalMemory.read(Value.self, at: low) }
            unsafe PhysicalMemory.copy(from: low, to: base, count: first)
            unsafe PhysicalMemory.copy(from: high, to: base + Int(first), count: size &- first)
            return unsafe base.loadUnaligned(as: Value.self)
        }
    }

    private func writePieces<Value: BitwiseCopyable>(
        _ value: Value, at address: GuestLinearAddress, size: UInt64
    ) throws(XenError) {
        let first = frameSize &- address.offset
        let low = try translate(address, forWriting: true)
        let high = try translate(address.advanced(by: first), forWriting: true)
        // SAFETY: as for reading.
        unsafe withUnsafeBytes(of: value) { bytes in
            guard let base = bytes.baseAddress else { return }
            unsafe PhysicalMemory.copy(from: base, to: low, count: first)
            unsafe PhysicalMemory.copy(from: base + Int(first), to: high, count: size &- first)
        }
    }
}
