// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

extension VirtualMachineMonitor {
    /// Hypercall 20, `grant_table_op`: an operation over an array of structures. (Xen public header `grant_table.h`)
    func grantTableOperation(_ call: Hypercall) throws(XenError) -> Int64 {
        let pointer = call.argument2
        switch GrantTableOperation(rawValue: UInt32(truncatingIfNeeded: call.argument1)) {
        case .map: try mapGrants(call)
        case .unmap: try unmapGrants(call)
        case .copy: try copyGrants(call)
        case .swapReferences: try swapReferences(call)
        case .setupTable:
            guard try elementCount(call) == 1 else { throw .invalidArgument }
            try setupTable(call, at: pointer)
        case .querySize:
            guard try elementCount(call) == 1 else { throw .invalidArgument }
            try querySize(call, at: pointer)
        case .setVersion:
            _ = try elementCount(call)
            try setVersion(call, at: pointer)
        case .getVersion:
            _ = try elementCount(call)
            try getVersion(call, at: pointer)
        case .dumpTable, .transfer, .unmapAndReplace, .getStatusFrames, .cacheFlush, nil: throw .notImplemented
        }
        return 0
    }

    /// The length of the array.
    private func elementCount(_ call: Hypercall) throws(XenError) -> UInt32 {
        let count = UInt32(truncatingIfNeeded: call.argument3)
        guard Int32(bitPattern: count) >= 0 else { throw .invalidArgument }
        return count
    }

    /// Calls `body` for the elements of the array, and writes the status of each. After 64 of them other work has its turn.
    ///
    /// - Parameter isAnswered: whether more than the status is written back.
    @inline(__always)
    func forEachElement<Element: GrantElement>(
        _: Element.Type, of call: Hypercall, isAnswered: Bool = false,
        _ body: (inout Element) throws(GrantStatus) -> Void
    ) throws(XenError) {
        let count = try elementCount(call)
        let turn = min(count, 64)
        let stride = call.is64Bit ? MemoryLayout<Element>.stride : MemoryLayout<Element.Compat>.stride
        var place = call.argument2
        for _ in 0..<turn {
            var element = try call.read(Element.self, at: place)
            element.status = GrantStatus.okay.rawValue
            do throws(GrantStatus) { try body(&element) } catch { element.status = error.rawValue }
            if isAnswered {
                try call.write(element, at: place)
            } else {
                let offset = call.is64Bit ? Element.statusOffset : Element.compatStatusOffset
                try call.memory.write(element.status, at: GuestLinearAddress(place &+ UInt64(offset)))
            }
            place &+= UInt64(stride)
        }
        guard turn == count else {
            call.replaceArgument2(place)
            call.replaceArgument3(UInt64(count &- turn))
            throw .restart
        }
    }

    /// The status for a domain that is not the caller; nil for the caller.
    private func refusal(of identifier: DomainIdentifier, _ call: Hypercall) -> GrantStatus? {
        do throws(XenError) {
            try requireOwn(identifier, call)
            return nil
        } catch .operationNotPermitted {
            return .permissionDenied
        } catch {
            return .badDomain
        }
    }

    /// Grows the table and tells in which guest frames it is mapped; all ones for frames that are not.
    private func setupTable(_ call: Hypercall, at pointer: UInt64) throws(XenError) {
        var arguments = try call.read(GrantTableOperation.SetupTable.self, at: pointer)
        if let refusal = refusal(of: arguments.domain, call) {
            arguments.status = refusal.rawValue
        } else if arguments.frameCount > call.domain.grantTable.maximumFrameCount {
            arguments.status = GrantStatus.generalError.rawValue
        } else {
            arguments.status = GrantStatus.okay.rawValue
            if arguments.frameCount > 0 { _ = try call.domain.grantTable.frame(UInt64(arguments.frameCount) &- 1) }
            for index in 0..<UInt64(arguments.frameCount) {
                let frame = call.domain.placement.grantFrames[Int(index)]
                do throws(XenError) {
                    try call.writeLong(frame, at: arguments.frameList, index: index)
                } catch {
                    arguments.status = GrantStatus.badVirtualAddress.rawValue
                }
            }
        }
        try call.write(arguments, at: pointer)
    }

    private func querySize(_ call: Hypercall, at pointer: UInt64) throws(XenError) {
        var arguments = try call.read(GrantTableOperation.QuerySize.self, at: pointer)
        if let refusal = refusal(of: arguments.domain, call) {
            arguments.status = refusal.rawValue
        } else {
            arguments.frameCount = call.domain.grantTable.frameCount
            arguments.maximumFrameCount = call.domain.grantTable.maximumFrameCount
            arguments.status = GrantStatus.okay.rawValue
        }
        try call.write(arguments, at: pointer)
    }

    /// Version 1 is the only one. Asking for it is always granted.
    private func setVersion(_ call: Hypercall, at pointer: UInt64) throws(XenError) {
        var arguments = try call.read(GrantTableOperation.SetVersion.self, at: pointer)
        switch arguments.version {
        case 1: break
        case 2: throw .notImplemented
        default: throw .invalidArgument
        }
        arguments.version = 1
        try call.write(arguments, at: pointer)
    }

    private func getVersion(_ call: Hypercall, at pointer: UInt64) throws(XenError) {
        var arguments = try call.read(GrantTableOperation.GetVersion.self, at: pointer)
        try requireOwn(arguments.domain, call)
        arguments.version = 1
        try call.write(arguments, at: pointer)
    }
}
