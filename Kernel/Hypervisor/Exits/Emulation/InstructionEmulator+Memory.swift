// SPDX-License-Identifier: MIT
import Architecture

/// The memory that an emulated instruction sees: the domain's own, the local APIC's page of registers, and nothing, which reads
/// as ones. What is written to nothing is lost, and so is what is written to memory that may only be read, as on Xen.
extension InstructionEmulator {
    private var tables: NestedPageTables { vcpu.domain.physicalMap.tables }

    /// Reads 1 to 8 bytes. An access that lies in two pages is made byte by byte.
    func load(_ address: GuestLinearAddress, width: UInt8) throws(InstructionFault) -> UInt64 {
        if address.offset &+ UInt64(width) <= frameSize {
            return load(try translate(address, for: []), width: width)
        }
        var value: UInt64 = 0
        for index in 0..<UInt64(width) {
            let place = try translate(address.advanced(by: index), for: [])
            value |= load(place, width: 1) &<< (index &* 8)
        }
        return value
    }

    /// Writes 1 to 8 bytes. Both pages are looked up before the first byte is written.
    func store(_ value: UInt64, at address: GuestLinearAddress, width: UInt8) throws(InstructionFault) {
        let first = try translate(address, for: .write)
        if address.offset &+ UInt64(width) <= frameSize { return store(value, at: first, width: width) }
        let remaining = frameSize &- address.offset
        let second = try translate(address.advanced(by: remaining), for: .write)
        for index in 0..<UInt64(width) {
            let place =
                index < remaining ? first.advanced(by: index) : second.advanced(by: index &- remaining)
            store(value &>> (index &* 8), at: place, width: 1)
        }
    }

    /// Reads within a page.
    private func load(_ place: GuestPhysicalAddress, width: UInt8) -> UInt64 {
        guard let host = tables.translate(place, forWriting: false) else {
            guard vcpu.localAPIC.hasPage(place.frame) else { return .mask(ofBytes: width) }
            return cpu.readLocalAPICPage(place.offset, width: width, of: vcpu)
        }
        return switch width {
        case 1: UInt64(PhysicalMemory.read(UInt8.self, at: host))
        case 2: UInt64(PhysicalMemory.read(UInt16.self, at: host))
        case 4: UInt64(PhysicalMemory.read(UInt32.self, at: host))
        default: PhysicalMemory.read(UInt64.self, at: host)
        }
    }

    /// Writes within a page.
    private func store(_ value: UInt64, at place: GuestPhysicalAddress, width: UInt8) {
        guard let host = tables.translate(place, forWriting: true) else {
            if vcpu.localAPIC.hasPage(place.frame) {
                cpu.writeLocalAPICPage(place.offset, value, width: width, of: vcpu)
            }
            return
        }
        switch width {
        case 1: PhysicalMemory.write(UInt8(truncatingIfNeeded: value), at: host)
        case 2: PhysicalMemory.write(UInt16(truncatingIfNeeded: value), at: host)
        case 4: PhysicalMemory.write(UInt32(truncatingIfNeeded: value), at: host)
        default: PhysicalMemory.write(value, at: host)
        }
    }

    /// Translates an address as the guest's access would be. Every table is walked anew, and no cached translation is used.
    @inline(never)
    private func translate(
        _ address: GuestLinearAddress, for access: MemoryAccess
    ) throws(InstructionFault) -> GuestPhysicalAddress {
        let access = access.union(privilege)
        if let place = space.translate(address, for: access, in: tables) { return place }
        let isPresent = space.unprotected.translate(address, for: [], in: tables) != nil
        throw InstructionFault(
            at: address, access, isPresent: isPresent, reportsFetches: space.protection.reportsFetches)
    }

    /// The 15 bytes at RIP, or as many as there are before a page that cannot be fetched from.
    func fetch() throws(InstructionFault) -> InstructionBytes {
        let start = control.instructionAddress
        let first = try translate(start, for: .fetch)
        let available = frameSize &- start.offset
        if available >= 16 {
            let (low, high) = (load(first, width: 8), load(first.advanced(by: 8), width: 8))
            return InstructionBytes(low, high, count: InstructionBytes.limit)
        }
        var words: (low: UInt64, high: UInt64) = (0, 0)
        let second = try? translate(start.advanced(by: available), for: .fetch)
        let count = second == nil ? available : UInt64(InstructionBytes.limit)
        for index in 0..<count {
            guard let place = index < available ? first.advanced(by: index) : second?.advanced(by: index &- available)
            else { break }
            let byte = load(place, width: 1)
            if index < 8 { words.low |= byte &<< (index &* 8) } else { words.high |= byte &<< (index &* 8 &- 64) }
        }
        return InstructionBytes(words.low, words.high, count: UInt8(truncatingIfNeeded: count))
    }

    /// The fault of an instruction that does not end within its bytes: it is too long, or the next page cannot be fetched from.
    func incompleteInstruction(after bytes: InstructionBytes) -> InstructionFault {
        guard bytes.count < InstructionBytes.limit else { return InstructionFault(.generalProtection) }
        let next = control.instructionAddress.advanced(by: UInt64(bytes.count))
        do throws(InstructionFault) {
            _ = try translate(next, for: .fetch)
            return InstructionFault(.generalProtection)  // it has become readable meanwhile
        } catch {
            return error
        }
    }
}
