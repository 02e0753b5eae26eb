// SPDX-License-Identifier: MIT
import Architecture
import Diagnostics
import XenInterface

extension VirtualMachineMonitor {
    /// Hypercall 29, `sched_op`: giving up the processor, for a while or for good. (Xen public header `sched.h`)
    func schedulerOperation(_ call: Hypercall) throws(XenError) -> Int64 {
        switch SchedulerOperation(rawValue: UInt32(truncatingIfNeeded: call.argument1)) {
        case .yield: yield(call)
        case .block: block(call)
        case .shutdown: try shutdown(call)
        case .poll: try poll(call)
        case .remoteShutdown: try remoteShutdown(call)
        case .shutdownCode: try shutdownCode(call)
        case .watchdog: return try watchdog(call)
        case .pinOverride: throw .operationNotPermitted
        case nil: throw .notImplemented
        }
        return 0
    }

    /// The rest of the turn goes to others, if there are any. Guests that wait for their console's back end come here too.
    private func yield(_ call: Hypercall) {
        serveConsoleRing(of: call.domain)
        if scheduler.yield(call.vcpu) { call.vcpu.isInTurn = false }
    }

    /// Waits for an event, unless there is one.
    private func block(_ call: Hypercall) {
        if !call.vcpu.isUpcallPending && !hasDeliverableEvent(call.vcpu) { call.vcpu.activity = .blocked }
    }

    /// Ends the domain, whatever the reason: only its lowest eight bits count, and a domain may give one that there is not.
    private func shutdown(_ call: Hypercall) throws(XenError) {
        let arguments = try call.read(SchedulerOperation.Shutdown.self, at: call.argument2)
        let reason = ShutdownReason(rawValue: arguments.reason & 0xFF)
        call.domain.end(reason.map(Domain.End.shutdown) ?? .destroyed("shut down for a reason that there is not"))
    }

    /// The reason that counts when the domain shuts down later, whatever it says then.
    private func shutdownCode(_ call: Hypercall) throws(XenError) {
        let arguments = try call.read(SchedulerOperation.Shutdown.self, at: call.argument2)
        call.domain.announcedReason = ShutdownReason(rawValue: arguments.reason)
    }

    /// Waits until one of some ports is pending, or the time has come.
    private func poll(_ call: Hypercall) throws(XenError) {
        let arguments = try call.read(SchedulerOperation.Poll.self, at: call.argument2)
        guard arguments.portCount <= 128 else { throw .invalidArgument }
        for index in 0..<UInt64(arguments.portCount) {
            let place = GuestLinearAddress(arguments.ports &+ index &* 4)
            let port = try call.memory.read(UInt32.self, at: place)
            guard port < call.domain.eventChannels.end else { throw .invalidArgument }
            if call.domain.isEventPending(port) { return }
            call.vcpu.polledPort = arguments.portCount == 1 ? port : 0
        }
        if hasDeliverableEvent(call.vcpu) || (arguments.timeout != 0 && arguments.timeout <= clock.now) { return }
        call.vcpu.activity = .polling
        call.domain.mayHavePollers = true
        call.vcpu.timers.poll = arguments.timeout == 0 ? .max : arguments.timeout
        timersChanged(of: call.vcpu, by: call.vcpu)
    }

    private func remoteShutdown(_ call: Hypercall) throws(XenError) {
        let arguments = try call.read(SchedulerOperation.RemoteShutdown.self, at: call.argument2)
        guard arguments.domain != .caller else { throw .noSuchProcess }
        try requireOwn(arguments.domain, call)
        throw .operationNotPermitted
    }

    /// Two watchdogs a domain: 0 starts a free one and returns its number; a number restarts it, or stops it with timeout 0. A new
    /// one without time bites at once.
    private func watchdog(_ call: Hypercall) throws(XenError) -> Int64 {
        let arguments = try call.read(SchedulerOperation.Watchdog.self, at: call.argument2)
        guard arguments.identifier <= 2 else { throw .invalidArgument }
        let deadline = clock.now &+ UInt64(arguments.timeout) &* 1_000_000_000
        guard arguments.identifier > 0 else {
            for number in 0..<2 where call.domain.watchdogs[number] == .max {
                call.domain.watchdogs[number] = deadline
                watchdogsChanged(call)
                return Int64(number) &+ 1
            }
            // Xen's function has 32 bits without a sign here, and callers with 64 see that.
            return XenError.noSpace.result & 0xFFFF_FFFF
        }
        let number = Int(arguments.identifier) &- 1
        guard call.domain.watchdogs[number] != .max else { throw .invalidArgument }
        call.domain.watchdogs[number] = arguments.timeout == 0 ? .max : deadline
        watchdogsChanged(call)
        return 0
    }

    /// Watchdogs are among the timers of the first virtual CPU.
    private func watchdogsChanged(_ call: Hypercall) {
        if let first = call.domain.vcpus.first { timersChanged(of: first, by: call.vcpu) }
    }
}
