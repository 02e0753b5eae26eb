// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

extension VirtualMachineMonitor {
    /// Hypercall 12, `memory_op`. The low six bits of the first argument are the operation; the others say how far a call has
    /// come that was interrupted. (Xen public header `memory.h`)
    func memoryOperation(_ call: Hypercall) throws(XenError) -> Int64 {
        let command = UInt32(truncatingIfNeeded: call.argument1)
        let start = UInt64(command &>> 6)
        let pointer = call.argument2
        guard let operation = MemoryOperation(rawValue: command & 0x3F) else { throw .notImplemented }
        if start > 0 && !operation.canBeContinued {
            throw operation.isOfArchitecture ? .notImplemented : .invalidArgument
        }
        switch operation {
        case .populatePhysicalMap: return try populate(call, from: start)
        case .decreaseReservation: return try decrease(call, from: start)
        case .increaseReservation: return increase(from: start)
        case .maximumRAMPage: return Int64(bitPattern: allocator.frameLimit)
        case .currentReservation:
            try requireOwn(call, at: pointer)
            return Int64(bitPattern: call.domain.physicalMap.chargedFrameCount)
        case .maximumReservation:
            try requireOwn(call, at: pointer)
            return Int64(bitPattern: call.domain.maximumFrameCount)
        case .maximumGuestFrame:
            try requireOwn(call, at: pointer)
            return Int64(bitPattern: call.domain.physicalMap.highestFrame)
        case .addToPhysicalMap: return try addToPhysicalMap(call, at: pointer, from: start)
        case .addToPhysicalMapBatch: return try addBatch(call, at: pointer, from: start)
        case .removeFromPhysicalMap: try removeFromPhysicalMap(call, at: pointer)
        case .memoryMap: try getMemoryMap(call, at: pointer)
        case .setMemoryMap: try setMemoryMap(call, at: pointer)
        case .exchange: try exchange(call, at: pointer)
        case .machineToPhysicalList: try listMachineToPhysical(call, at: pointer)
        case .reservedDeviceMemoryMap: try listReservedDeviceMemory(call, at: pointer)
        case .setPopulateOnDemandTarget, .getPopulateOnDemandTarget: try populateOnDemand(call, at: pointer)
        case .accessOperation: try accessOperation(call, at: pointer)
        case .claimPages: try claimPages(call, at: pointer)
        case .getVirtualNUMAInformation:
            try requireOwn(call, at: pointer)
            throw .notSupported
        case .sharingFreedPages, .sharingSharedPages: return 0
        case .machineToPhysicalCompatList: throw .notSupported
        case .acquireResource: throw .permissionDenied
        case .machineMemoryMap, .machineToPhysicalMapping, .pagingOperation, .sharingOperation: throw .notImplemented
        }
        return 0
    }

    /// Checks that a pointer to a domain's number names the caller's own domain.
    @inline(__always)
    private func requireOwn(_ call: Hypercall, at pointer: UInt64) throws(XenError) {
        try requireOwn(call.read(DomainIdentifierArgument.self, at: pointer).domain, call)
    }

    private func getMemoryMap(_ call: Hypercall, at pointer: UInt64) throws(XenError) {
        var arguments = try call.read(MemoryOperation.MemoryMap.self, at: pointer)
        let map = call.domain.memoryMap
        guard map.count > 0 else { throw .notImplemented }
        arguments.entryCount = min(arguments.entryCount, UInt32(map.count))
        for index in 0..<Int(arguments.entryCount) {
            guard let range = map[index] else { break }
            let place = arguments.buffer &+ UInt64(index &* MemoryLayout<MemoryMapRange>.size)
            try call.memory.write(range, at: GuestLinearAddress(place))
        }
        try call.write(arguments, at: pointer)
    }

    private func setMemoryMap(_ call: Hypercall, at pointer: UInt64) throws(XenError) {
        let arguments = try call.read(MemoryOperation.SetMemoryMap.self, at: pointer)
        guard arguments.map.entryCount <= 128 else { throw .invalidArgument }
        try requireOwn(arguments.domain, call)
        var map = MemoryMap()
        for index in 0..<UInt64(arguments.map.entryCount) {
            let place = arguments.map.buffer &+ index &* UInt64(MemoryLayout<MemoryMapRange>.size)
            _ = map.append(try call.memory.read(MemoryMapRange.self, at: GuestLinearAddress(place)))
        }
        call.domain.memoryMap = map
    }
}

extension MemoryOperation {
    /// Whether a call can be interrupted, and says then how far it has come.
    fileprivate var canBeContinued: Bool {
        switch self {
        case .populatePhysicalMap, .decreaseReservation, .increaseReservation, .addToPhysicalMap,
            .addToPhysicalMapBatch,
            .accessOperation, .acquireResource:
            true
        default: false
        }
    }

    /// Whether it is one of the x86 architecture, which looks at all bits of the number.
    fileprivate var isOfArchitecture: Bool {
        switch self {
        case .memoryMap, .setMemoryMap, .machineMemoryMap, .machineToPhysicalList, .machineToPhysicalMapping,
            .machineToPhysicalCompatList, .setPopulateOnDemandTarget, .getPopulateOnDemandTarget, .sharingFreedPages,
            .sharingSharedPages, .pagingOperation, .sharingOperation:
            true
        default: false
        }
    }
}

/// A pointer to a domain's number, as some operations take it.
struct DomainIdentifierArgument: GuestStructure {
    var domain = DomainIdentifier()
}
