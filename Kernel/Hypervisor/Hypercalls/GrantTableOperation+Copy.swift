// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

extension VirtualMachineMonitor {
    /// `GNTTABOP_copy`: copies bytes of one frame to another. Each is either granted to the caller or its own.
    func copyGrants(_ call: Hypercall) throws(XenError) {
        try forEachElement(GrantTableOperation.Copy.self, of: call) {
            element throws(GrantStatus) in try copy(element, call)
        }
    }

    private func copy(_ element: GrantTableOperation.Copy, _ call: Hypercall) throws(GrantStatus) {
        let flags = GrantCopyFlags(rawValue: element.flags)
        var source = try CopySide(
            element.source, isReference: flags.contains(.sourceIsReference), forWriting: false, call, self)
        var destination = try CopySide(
            element.destination, isReference: flags.contains(.destinationIsReference), forWriting: true, call, self)
        try source.beginUse(by: call.domain, self)
        defer { source.endUse(by: call.domain, self) }
        try destination.beginUse(by: call.domain, self)
        defer { destination.endUse(by: call.domain, self) }
        let length = UInt64(element.length)
        // Granted frames are held now, and those of the caller's own stay as long as its lock is: from here to the copy.
        let (from, to) = (try source.frame(), try destination.frame())
        guard UInt64(element.source.offset) &+ length <= frameSize,
            UInt64(element.destination.offset) &+ length <= frameSize
        else { throw .badCopyArgument }
        PhysicalMemory.copy(
            from: from.address.advanced(by: UInt64(element.source.offset)),
            to: to.address.advanced(by: UInt64(element.destination.offset)), count: length)
    }

    /// The source or the destination of a copy.
    private struct CopySide: ~Copyable {
        private let owner: Domain
        private let target: UInt64
        private let isReference: Bool
        private let forWriting: Bool
        /// The granted frame, while it is in use.
        private var granted: HostFrame?

        /// Finds the domain. A frame is named by its number only by the domain that it belongs to.
        init(
            _ side: GrantTableOperation.CopyPointer, isReference: Bool, forWriting: Bool, _ call: Hypercall,
            _ monitor: VirtualMachineMonitor
        ) throws(GrantStatus) {
            guard let owner = monitor.domain(side.domain, for: call.domain) else {
                guard side.domain == .control, !isReference else {
                    throw GrantStatus(ofReference: side.target, ofAbsent: side.domain)
                }
                throw .permissionDenied
            }
            guard isReference || side.domain == .caller else { throw .permissionDenied }
            self.owner = owner
            self.target = side.target
            self.isReference = isReference
            self.forWriting = forWriting
        }

        private var reference: GrantReference { GrantReference(rawValue: UInt32(truncatingIfNeeded: target)) }

        /// Begins the use of a granted frame. The frame is held then, whatever becomes of its domain.
        mutating func beginUse(by user: Domain, _ monitor: VirtualMachineMonitor) throws(GrantStatus) {
            guard isReference else { return }
            let (owner, reference, forWriting, identifier) = (owner, reference, forWriting, user.identifier)
            granted = try monitor.visit(owner, from: user) { () throws(GrantStatus) in
                guard !owner.hasEnded else { throw .badDomain }
                return try owner.beginUse(of: reference, by: identifier, forWriting: forWriting, forMapping: false)
            }
        }

        /// The granted frame, or the one of the caller's own. The caller's lock is held.
        func frame() throws(GrantStatus) -> HostFrame {
            if let granted { return granted }
            guard let mapping = owner.physicalMap.lookup(GuestFrame(target)),
                mapping.use == .ram || mapping.use == .special
            else { throw .badPage }
            return mapping.frame
        }

        func endUse(by user: Domain, _ monitor: VirtualMachineMonitor) {
            guard granted != nil else { return }
            monitor.visit(owner, from: user) { owner.endUse(of: reference, forWriting: forWriting) }
        }
    }
}
