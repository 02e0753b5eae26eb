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

    /// At most 1024 bytes at a time: then other work has its turn, and the call goes on with what remains.
    private func consoleWrite(_ call: Hypercall) throws(XenError) -> Int64 {
        let count = call.argument2 & 0xFFFF_FFFF
        let chunk = min(count, 1024)
        for index in 0..<chunk {
            let byte = try call.memory.read(UInt8.self, at: GuestLinearAddress(call.argument3 &+ index))
            writeConsole(byte, of: call.domain)
        }
        guard chunk == count else {
            call.replaceArgument2(count &- chunk)
            call.replaceArgument3(call.argument3 &+ chunk)
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
