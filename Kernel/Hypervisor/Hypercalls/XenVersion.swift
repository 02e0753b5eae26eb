// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

extension VirtualMachineMonitor {
    /// Hypercall 17, `xen_version`: what this is. (Xen public header `version.h`)
    ///
    /// Its first operation is what guests measure a hypercall with: it has no part in what the others need.
    @inline(never)
    func xenVersion(_ call: Hypercall) throws(XenError) -> Int64 {
        let operation = UInt32(truncatingIfNeeded: call.argument1)
        if operation == XenVersionOperation.version.rawValue { return Int64(CPUIDPolicy.xenVersion) }
        return try describe(call)
    }

    @inline(never)
    private func describe(_ call: Hypercall) throws(XenError) -> Int64 {
        let pointer = call.argument2
        switch XenVersionOperation(rawValue: UInt32(truncatingIfNeeded: call.argument1)) {
        case .extraVersion:
            try call.write(".0-apus", length: XenVersionOperation.extraVersionLength, at: pointer)
        case .compileInformation:
            try writeCompileInformation(call, at: pointer)
        case .capabilities:
            let text: StaticString = "xen-3.0-x86_64 hvm-3.0-x86_32 hvm-3.0-x86_32p hvm-3.0-x86_64 "
            try call.write(text, length: XenVersionOperation.capabilitiesLength, at: pointer)
        case .changeSet:
            try call.write("apus", length: XenVersionOperation.changeSetLength, at: pointer)
        case .platformParameters:
            try call.write(XenVersionOperation.PlatformParameters(), at: pointer)
        case .getFeatures:
            return try getFeatures(call, at: pointer)
        case .pageSize:
            guard pointer == 0 else { throw .invalidArgument }
            return Int64(frameSize)
        case .guestHandle:
            for index in 0..<16 {
                try call.memory.write(call.domain.handle[index], at: GuestLinearAddress(pointer &+ UInt64(index)))
            }
        case .commandLine:
            // The hypervisor's own command line is nobody's business but the control domain's.
            try call.write("<denied>", length: XenVersionOperation.commandLineLength, at: pointer)
        case .buildIdentifier:
            throw .operationNotPermitted
        case .version, nil:
            throw .notImplemented
        }
        return 0
    }

    private func writeCompileInformation(_ call: Hypercall, at pointer: UInt64) throws(XenError) {
        typealias Layout = XenVersionOperation.CompileInformationLayout
        var place = pointer
        try call.write("Embedded Swift", length: Layout.compilerLength, at: place)
        place &+= UInt64(Layout.compilerLength)
        try call.write("apus", length: Layout.compiledByLength, at: place)
        place &+= UInt64(Layout.compiledByLength)
        try call.write("", length: Layout.compileDomainLength, at: place)
        place &+= UInt64(Layout.compileDomainLength)
        try call.write("", length: Layout.compileDateLength, at: place)
    }

    private func getFeatures(_ call: Hypercall, at pointer: UInt64) throws(XenError) -> Int64 {
        var query = try call.read(XenVersionOperation.Features.self, at: pointer)
        switch query.submap {
        case 0:
            let features: XenFeatures = [
                .writablePageTables, .autoTranslatedPhysicalMap, .callbackVector, .safeParavirtualClock,
            ]
            query.features = features.union(.notDirectMapped).rawValue
        default:
            throw .invalidArgument
        }
        try call.write(query, at: pointer)
        return 0
    }
}
