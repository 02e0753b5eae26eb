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
        let source = try CopySide(
            element.source, isReference: flags.contains(.sourceIsReference), forWriting: false, call, self)
        let destination = try CopySide(
            element.destination, isReference: flags.contains(.destinationIsReference), forWriting: true, call, self)
        let from = try source.beginUse(by: call.domain)
        defer { source.endUse() }
        let to = try destination.beginUse(by: call.domain)
        defer { destination.endUse() }
        let length = UInt64(element.length)
        guard UInt64(element.source.offset) &+ length <= frameSize,
            UInt64(element.destination.offset) &+ length <= frameSize
        else { throw .badCopyArgument }
        PhysicalMemory.copy(
            from: from.address.advanced(by: UInt64(element.source.offset)),
            to: to.address.advanced(by: UInt64(element.destination.offset)), count: length)
    }

    /// The source or the destination of a copy.
    private struct CopySide {
        private let owner: Domain
        private let target: UInt64
        private let isReference: Bool
        private let forWriting: Bool

        /// Finds the domain. A frame is named by its number only by the domain that it belongs to.
        init(
            _ side: GrantTableOperation.CopyPointer, isReference: Bool, forWriting: Bool, _ call: Hypercall,
            _ monitor: VirtualMachineMonitor
        ) throws(GrantStatus) {
            guard let owner = monitor.domain(side.domain, for: call.domain) else {
                throw side.domain == .control && !isReference ? .permissionDenied : .badDomain
            }
            guard isReference || side.domain == .caller else { throw .permissionDenied }
            self.owner = owner
            self.target = side.target
            self.isReference = isReference
            self.forWriting = forWriting
        }

        private var reference: GrantReference { GrantReference(rawValue: UInt32(truncatingIfNeeded: target)) }

        func beginUse(by user: Domain) throws(GrantStatus) -> HostFrame {
            if isReference {
                return try owner.beginUse(
                    of: reference, by: user.identifier, forWriting: forWriting, forMapping: false)
            }
            guard let mapping = owner.physicalMap.lookup(GuestFrame(target)),
                mapping.use == .ram || mapping.use == .special
            else { throw .badPage }
            return mapping.frame
        }

        func endUse() {
            if isReference { owner.endUse(of: reference, forWriting: forWriting) }
        }
    }
}
