// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Diagnostics
import XenInterface

extension VirtualMachineMonitor {
    /// Runs the domains until the last one has ended.
    public func run() {
        var previous: VirtualCPU?
        firstEntry = cpu_read_timestamp()
        while !domains.isEmpty {
            guard let vcpu = scheduler.next() else {
                waitForWork()
                continue
            }
            if previous !== vcpu {
                machine.switchContext(from: previous, to: vcpu)
                backend.makeCurrent(vcpu)
            }
            previous = vcpu
            takeTurn(vcpu)
            if vcpu.domain.end != nil { previous = nil }
            removeEndedDomains()
        }
    }

    /// Removes the domains that have ended.
    func removeEndedDomains() {
        while let ended = domains.first(where: { $0.end != nil }) { remove(ended) }
    }

    /// Nobody can run: sleeps until a timer is due.
    private func waitForWork() {
        let now = clock.now
        scheduler.sliceEnd = now &+ 1_000_000_000
        armTimer(at: now)
        machine.waitForInterrupt()
        expireTimers(at: clock.now)
        removeEndedDomains()
    }

    /// Lets a virtual CPU run until its slice is over, or it waits, yields, or its domain ends.
    private func takeTurn(_ vcpu: VirtualCPU) {
        var now = clock.now
        scheduler.sliceEnd = now &+ scheduler.slice
        vcpu.isInTurn = true
        changeRunstate(of: vcpu, to: .running, at: now)
        expireTimers(at: now)
        armTimer(at: now)
        enterRepeatedly(vcpu)
        now = clock.now
        let waits = vcpu.activity == .runnable ? Runstate.runnable : vcpu.activity == .offline ? .offline : .blocked
        changeRunstate(of: vcpu, to: waits, at: now)
    }

    /// The innermost loop: into the guest, out of it, and see to why it has stopped.
    @inline(never)
    private func enterRepeatedly(_ vcpu: VirtualCPU) {
        let control = backend.control(of: vcpu)
        while vcpu.isInTurn {
            prepareEntry(vcpu)
            if options.checks && !isValid(control, of: vcpu) { return }
            handle(control.run(&vcpu.registers), of: vcpu)
        }
    }

    /// Whether the processor will accept the guest's state. If not, the log says why, and the domain is at its end.
    @inline(never)
    private func isValid(_ control: Backend.Control, of vcpu: VirtualCPU) -> Bool {
        guard let rule = control.brokenRule else { return true }
        Machine.log(.error, "d\(vcpu.domain.identifier.rawValue)v\(vcpu.identifier): \(rule)")
        destroy(vcpu, "its state broke a rule of the processor's manual")
        return false
    }

    /// A physical interrupt has ended the guest's run: it is taken, timers that are due expire, and the turn may be over.
    @inline(never)
    func handlePhysicalInterrupt(of vcpu: VirtualCPU) {
        machine.takeInterrupts()
        let now = clock.now
        expireTimers(at: now)
        if now >= scheduler.sliceEnd { vcpu.isInTurn = false } else { armTimer(at: now) }
    }

    func changeRunstate(of vcpu: VirtualCPU, to state: Runstate, at now: UInt64) {
        vcpu.runstate.change(to: state, at: now)
        publishRunstate(of: vcpu)
    }

    /// Writes the guest's copy of its run state, in the layout of its word size.
    func publishRunstate(of vcpu: VirtualCPU) {
        guard let area = vcpu.runstate.area else { return }
        if vcpu.domain.sharedInfo.layout.wordSize == 8 {
            area.write(vcpu.runstate.info, in: vcpu.domain.physicalMap.tables)
        } else {
            area.write(vcpu.runstate.info.compat, in: vcpu.domain.physicalMap.tables)
        }
    }

    /// Takes an ended domain away: says why, and gives back all that it had.
    private func remove(_ domain: Domain) {
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
