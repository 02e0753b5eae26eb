// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

extension VirtualMachineMonitor {
    /// `XENMEM_add_to_physmap`: maps a page of the domain's that is not ordinary memory, or moves an ordinary one.
    func addToPhysicalMap(_ arguments: MemoryOperation.AddToPhysicalMap, _ call: Hypercall) throws(XenError) {
        try requireOwn(arguments.domain, call)
        let place = GuestFrame(arguments.guestFrame)
        switch PhysicalMapSpace(rawValue: arguments.space) {
        case .sharedInfo:
            guard arguments.index == 0 else { throw .invalidArgument }
            try placeSharedInfo(of: call.domain, at: place)
        case .grantTable: try placeGrantFrame(arguments.index, of: call.domain, at: place)
        case .guestFrame: try moveFrame(of: call.domain, from: GuestFrame(arguments.index), to: place)
        case .guestFrameRange:
            for offset in 0..<UInt64(min(arguments.size, 64)) {
                let source = GuestFrame(arguments.index).advanced(by: offset)
                try moveFrame(of: call.domain, from: source, to: place.advanced(by: offset))
            }
        case .foreignFrame, .deviceMemory: throw .notImplemented
        case nil: throw .invalidArgument
        }
    }

    /// `XENMEM_add_to_physmap_batch`: the same for many pages; each has its own result.
    func addBatch(_ call: Hypercall, at pointer: UInt64, from start: UInt64) throws(XenError) -> Int64 {
        let arguments = try call.read(MemoryOperation.AddToPhysicalMapBatch.self, at: pointer)
        try requireOwn(arguments.domain, call)
        var index = start
        while index < UInt64(arguments.size) {
            if index &- start == 64 {
                call.replaceArgument1(call.argument1 & 0x3F | index &<< 6)
                throw .restart
            }
            let one = MemoryOperation.AddToPhysicalMap(
                domain: arguments.domain, space: UInt32(arguments.space),
                index: try call.readLong(at: arguments.indices, index: index),
                guestFrame: try call.readLong(at: arguments.guestFrames, index: index))
            var result: Int32 = 0
            do throws(XenError) { try addToPhysicalMap(one, call) } catch { result = -error.rawValue }
            try call.memory.write(result, at: GuestLinearAddress(arguments.errors &+ index &* 4))
            index &+= 1
        }
        return 0
    }

    /// `XENMEM_remove_from_physmap`: takes away what is mapped at a guest frame.
    func removeFromPhysicalMap(_ call: Hypercall, at pointer: UInt64) throws(XenError) {
        let arguments = try call.read(MemoryOperation.RemoveFromPhysicalMap.self, at: pointer)
        try requireOwn(arguments.domain, call)
        let frame = GuestFrame(arguments.guestFrame)
        guard call.domain.physicalMap.lookup(frame) != nil else { throw .noSuchEntry }
        try vacate(frame, of: call.domain)
    }

    private func placeSharedInfo(of domain: Domain, at place: GuestFrame) throws(XenError) {
        try put(domain.sharedInfo.frame, at: place, of: domain, replacing: domain.placement.sharedInfo)
        domain.placement.sharedInfo = place
    }

    /// Bit 31 of the index would choose the status frames of version 2, which there are not.
    private func placeGrantFrame(_ index: UInt64, of domain: Domain, at place: GuestFrame) throws(XenError) {
        let frame = try domain.grantTable.frame(index)
        let old = domain.placement.grantFrames[Int(truncatingIfNeeded: index)]
        try put(frame, at: place, of: domain, replacing: old == .max ? nil : GuestFrame(old))
        domain.placement.grantFrames[Int(truncatingIfNeeded: index)] = place.number
    }

    /// Maps a page that the domain does not own at a guest frame. Memory that was there is freed, and the page leaves the place
    /// that it had before.
    private func put(
        _ frame: HostFrame, at place: GuestFrame, of domain: Domain, replacing old: GuestFrame?
    ) throws(XenError) {
        guard place.number < NestedPageTables.frameLimit else { throw .invalidArgument }
        guard place != old else { return }
        try vacate(place, of: domain)
        if let old, domain.physicalMap.lookup(old)?.frame == frame { try domain.physicalMap.unmap(old) }
        try domain.physicalMap.map(place, to: frame, use: .special)
    }

    /// Moves a page of ordinary memory to another guest frame.
    private func moveFrame(of domain: Domain, from source: GuestFrame, to place: GuestFrame) throws(XenError) {
        guard place.number < NestedPageTables.frameLimit, domain.physicalMap.lookup(source)?.use == .ram,
            !domain.holdsInfo(source)
        else { throw .invalidArgument }
        guard source != place else { return }
        try vacate(place, of: domain)
        try domain.physicalMap.move(from: source, to: place)
    }

    /// Takes away what is at a guest frame: memory is freed, a special page is only unmapped.
    private func vacate(_ frame: GuestFrame, of domain: Domain) throws(XenError) {
        guard !domain.holdsInfo(frame) else { throw .invalidArgument }
        try domain.physicalMap.unmap(frame)
        if domain.placement.sharedInfo == frame { domain.placement.sharedInfo = nil }
        for index in 0..<64 where domain.placement.grantFrames[index] == frame.number {
            domain.placement.grantFrames[index] = .max
        }
    }
}
