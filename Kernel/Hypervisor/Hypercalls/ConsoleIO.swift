// SPDX-License-Identifier: MIT
import Architecture
import Diagnostics
import XenInterface

extension VirtualMachineMonitor {
    /// Hypercall 18, `console_io`: text for the hypervisor's console. There is nothing to read.
    func consoleIO(_ call: Hypercall) throws(XenError) -> Int64 {
        switch ConsoleOperation(rawValue: UInt32(truncatingIfNeeded: call.argument1)) {
        case .write: return try consoleWrite(call)
        case .read: return 0
        case nil: throw .notImplemented
        }
    }

    /// At most 1024 bytes are shown at a time, or 64 KiB looked at: then other work has its turn, and the call goes on with what
    /// remains. A console does not show zeros, and a guest may well send gigabytes of them.
    private func consoleWrite(_ call: Hypercall) throws(XenError) -> Int64 {
        let count = call.argument2 & 0xFFFF_FFFF
        var done: UInt64 = 0
        var budget = 64 * 1024
        while done < count && budget > 0 {
            let place = GuestLinearAddress(call.argument3 &+ done)
            let host = try call.memory.translate(place, forWriting: false)
            let piece = min(count &- done, frameSize &- place.offset)
            var offset: UInt64 = 0
            while offset < piece && budget > 0 {
                let next = host.advanced(by: offset)
                if piece &- offset >= 8 && PhysicalMemory.read(UInt64.self, at: next) == 0 {
                    offset &+= 8
                    budget &-= 8
                } else {
                    writeConsole(PhysicalMemory.read(UInt8.self, at: next), of: call.domain)
                    offset &+= 1
                    budget &-= 64
                }
            }
            done &+= offset
        }
        guard done == count else {
            call.replaceArgument2(count &- done)
            call.replaceArgument3(call.argument3 &+ done)
            throw .restart
        }
        return 0
    }

    /// Puts a byte on a domain's console; complete lines appear on the hypervisor's.
    func writeConsole(_ byte: UInt8, of domain: Domain) {
        if let line = domain.console.append(byte) {
            Machine.writeConsole(domain: domain.identifier.rawValue, line: line)
        }
    }

    /// Shows the unfinished line of a domain that ends.
    func flushConsole(of domain: Domain) {
        serveConsoleRing(of: domain)
        let line = domain.console.takeLine()
        if line.count > 0 { Machine.writeConsole(domain: domain.identifier.rawValue, line: line) }
        let ringLine = domain.console.takeRingLine()
        if ringLine.count > 0 { Machine.writeConsole(domain: domain.identifier.rawValue, line: ringLine) }
    }

    /// Takes what the guest has put into its console ring, at most as much as fits in it, and tells the guest.
    func serveConsoleRing(of domain: Domain) {
        var budget = ConsoleRingLayout.outputSize
        while budget > 0, let byte = domain.console.takeFromRing() {
            if let line = domain.console.appendFromRing(byte) {
                Machine.writeConsole(domain: domain.identifier.rawValue, line: line)
            }
            budget &-= 1
        }
        if budget < ConsoleRingLayout.outputSize { domain.raiseEvent(domain.parameters.consolePort) }
    }
}
