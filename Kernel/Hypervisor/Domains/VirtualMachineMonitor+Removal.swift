// SPDX-License-Identifier: MIT
import Diagnostics
import XenInterface

extension VirtualMachineMonitor {
    /// Takes an ended domain away: says why, and gives back all that it had.
    func remove(_ domain: Domain) {
        flushConsole(of: domain)
        outcome.endedCount &+= 1
        var line: Message = "d\(domain.identifier.rawValue) \""
        for index in 0..<domain.name.count { line.append(domain.name.bytes[index]) }
        line.append("\" ended: ")
        switch domain.end {
        case .shutdown(let reason):
            line.append(reason.name)
            if reason == .crash || reason == .watchdog { outcome.hasCrashed = true }
        case .destroyed(let why):
            line.append("destroyed: ")
            line.append(why)
            outcome.hasCrashed = true
        case nil: break
        }
        Machine.log(.error, line)
        for vcpu in domain.vcpus { vcpu.unbackedAccess.finish(of: domain) }
        closeEventChannels(of: domain)
        endGrants(of: domain)
        scheduler.remove(domain)
        domains.removeAll { $0 === domain }
        domain.vcpus = []
    }
}

extension ShutdownReason {
    /// The word for it in the log.
    var name: StaticString {
        switch self {
        case .powerOff: "poweroff"
        case .reboot: "reboot"
        case .suspend: "suspend"
        case .crash: "crash"
        case .watchdog: "watchdog"
        case .softReset: "soft_reset"
        }
    }
}
