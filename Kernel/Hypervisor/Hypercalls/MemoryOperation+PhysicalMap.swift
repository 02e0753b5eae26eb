// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

extension VirtualMachineMonitor {
    /// `XENMEM_add_to_physmap`: maps a page of the domain's that is not ordinary memory, or moves ordinary ones.
    ///
    /// - Parameter start: how far an interrupted call has come with a range of pages.
    func addToPhysicalMap(_ call: Hypercall, at pointer: UInt64, from start: UInt64) throws(XenError) -> Int64 {
        guard start <= UInt64(UInt16.max) else { throw .outOfDomain }
        let arguments = try call.read(MemoryOperation.AddToPhysicalMap.self, at: pointer)
        guard arguments.space != PhysicalMapSpace.foreignFrame.rawValue else { throw .notImplemented }
        try requireOwn(arguments.domain, call, control: .permissionDenied)
        guard arguments.guestFrame != .max else { throw .invalidArgument }
        guard arguments.space == PhysicalMapSpace.guestFrameRange.rawValue else {
            try addPage(PhysicalMapSpace(rawValue: arguments.space), arguments.index, at: arguments.guestFrame, call)
            return 0
        }
        let size = UInt64(arguments.size)
        guard start <= size else { throw .illegalByteSequence }
        guard !arguments.guestFrame.addingReportingOverflow(size).overflow,
            !arguments.index.addingReportingOverflow(size).overflow
        else { throw .overflow }
        for offset in start..<size {
            if offset &- start == pagesPerTurn {
                call.replaceArgument1(call.argument1 & 0x3F | offset &<< 6)
                throw .restart
            }
            try addPage(.guestFrame, arguments.index &+ offset, at: arguments.guestFrame &+ offset, call)
        }
        return 0
    }

    /// `XENMEM_add_to_physmap_batch`: the same for many pages; each has its own result.
    func addBatch(_ call: Hypercall, at pointer: UInt64, from start: UInt64) throws(XenError) -> Int64 {
        guard start <= UInt64(UInt16.max) else { throw .outOfDomain }
        let arguments = try call.read(MemoryOperation.AddToPhysicalMapBatch.self, at: pointer)
        let space = PhysicalMapSpace(rawValue: UInt32(arguments.space))
        guard space != .guestFrameRange else { throw .notSupported }
        try requireOwn(arguments.domain, call, control: .permissionDenied)
        guard space != .deviceMemory else { throw .permissionDenied }
        guard start <= UInt64(arguments.size) else { throw .illegalByteSequence }
        var index = start
        while index < UInt64(arguments.size) {
            if index &- start == pagesPerTurn {
                call.replaceArgument1(call.argument1 & 0x3F | index &<< 6)
                throw .restart
            }
            let page = try call.readLong(at: arguments.indices, index: index)
            let place = try call.readLong(at: arguments.guestFrames, index: index)
            var result: Int32 = 0
            do throws(XenError) {
                if space != .foreignFrame && arguments.foreignDomain != .control { throw .invalidArgument }
                try addPage(space, page, at: place, call)
            } catch {
                result = -error.rawValue
            }
            try call.memory.write(result, at: GuestLinearAddress(arguments.errors &+ index &* 4))
            index &+= 1
        }
        return 0
    }

    /// How many pages are handled before other work has its turn.
    private var pagesPerTurn: UInt64 { 64 }

    /// Shows one page of a space at a guest frame.
    private func addPage(
        _ space: PhysicalMapSpace?, _ index: UInt64, at number: UInt64, _ call: Hypercall
    ) throws(XenError) {
        let place = GuestFrame(number)
        switch space {
        case .sharedInfo:
            guard index == 0 else { throw .invalidArgument }
            try placeSharedInfo(of: call.domain, at: place)
        case .grantTable: try placeGrantFrame(index, of: call.domain, at: place)
        case .guestFrame: try moveFrame(of: call.domain, from: GuestFrame(index), to: place)
        case .foreignFrame: throw .operationNotPermitted
        case .deviceMemory: throw .permissionDenied
        case .guestFrameRange, nil: throw .invalidArgument
        }
    }

    /// `XENMEM_remove_from_physmap`: takes away what is mapped at a guest frame.
    func removeFromPhysicalMap(_ call: Hypercall, at pointer: UInt64) throws(XenError) {
        let arguments = try call.read(MemoryOperation.RemoveFromPhysicalMap.self, at: pointer)
        try requireOwn(arguments.domain, call, control: .permissionDenied)
        let frame = GuestFrame(arguments.guestFrame)
        guard let mapping = call.domain.physicalMap.lookup(frame), mapping.use != .grant else { throw .noSuchEntry }
        try unmap(frame, of: call.domain)
        call.domain.placement.forget(frame)
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
        guard place.number < NestedPageTables.frameLimit else { throw .noSuchEntry }
        guard place != old else { return }
        try replace(place, with: frame, use: .special, of: domain)
        if let old, domain.physicalMap.lookup(old)?.frame == frame { try unmap(old, of: domain) }
    }

    /// Moves a page of ordinary memory to another guest frame.
    private func moveFrame(of domain: Domain, from source: GuestFrame, to place: GuestFrame) throws(XenError) {
        guard domain.physicalMap.lookup(source)?.use == .ram else { throw .invalidArgument }
        guard place.number < NestedPageTables.frameLimit else { throw .noSuchEntry }
        guard source != place else { return }
        if domain.physicalMap.lookup(place)?.use == .grant { throw .noSuchDeviceOrAddress }
        try domain.physicalMap.move(from: source, to: place)
        domain.placement.forget(place)
        if domain.physicalMap.retired.isNearlyFull { settle(domain) }
    }
}
