// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Testing
import XenInterface

@testable import Hypervisor

/// The run loop, with guests that are closures.
@Suite(.recording)
struct RunTests {
    let hypervisor = TestHypervisor()

    private func build(_ identifier: UInt16, vcpuCount: Int = 1, _ program: @escaping FakeBackend.Program) throws {
        hypervisor.backend.programs[identifier] = program
        try hypervisor.monitor.build(hypervisor.specification(vcpuCount: vcpuCount), identifier: identifier)
    }

    /// A program that makes hypercalls one after the other, and then powers off.
    private func calls(_ calls: [(HypercallNumber, UInt64)]) -> FakeBackend.Program {
        var remaining = calls
        return { registers, _, control in
            guard !remaining.isEmpty else {
                control.flags.remove(.interruptEnable)
                return .halt
            }
            let (number, argument) = remaining.removeFirst()
            control.isIn64BitCode = true
            registers.rax = UInt64(number.rawValue)
            registers.rdi = argument
            return .hypercall
        }
    }

    @Test("without a domain there is nothing to run")
    func empty() {
        hypervisor.cpu.run()
        #expect(hypervisor.monitor.outcome.endedCount == 0)
    }

    @Test("a domain runs until it powers off; then every frame that it had is free, and its end is logged")
    func runsToItsEnd() throws {
        let specification = try hypervisor.specification(vcpuCount: 2)
        let before = hypervisor.arena.allocator.freeCount
        hypervisor.backend.programs[1] = calls([(.xenVersion, 0), (.schedulerOperation, 0)])
        try hypervisor.monitor.build(specification, identifier: 1)
        hypervisor.cpu.run()
        #expect(hypervisor.backend.entries == ["d1v0", "d1v0", "d1v0"])
        #expect(hypervisor.arena.allocator.freeCount == before)
        #expect(hypervisor.monitor.outcome.endedCount == 1)
        #expect(!hypervisor.monitor.outcome.hasCrashed)
        #expect(Recorder.lines(of: "log").last == "d1 \"test\" ended: poweroff")
        #expect(hypervisor.monitor.firstEntry > 0)
        #expect(hypervisor.backend.retired == ["d1v0"], "the other virtual CPU has never run")
    }

    @Test("while a domain is being removed the others have their turns")
    func removalInSteps() throws {
        let hypervisor = TestHypervisor(memory: 160 << 20)
        try hypervisor.monitor.build(hypervisor.specification(memorySize: 128 << 20), identifier: 1)
        var turnsDuringRemoval = 0
        hypervisor.backend.programs[2] = { registers, vcpu, control in
            if hypervisor.monitor.removals.isEmpty && hypervisor.monitor.outcome.endedCount == 0 {
                return .physicalInterrupt
            }
            if hypervisor.monitor.outcome.endedCount == 1 {
                control.flags.remove(.interruptEnable)
                return .halt
            }
            turnsDuringRemoval += 1
            vcpu.isInTurn = false
            return .physicalInterrupt
        }
        try hypervisor.monitor.build(hypervisor.specification(), identifier: 2)
        hypervisor.cpu.run()
        #expect(hypervisor.monitor.outcome.endedCount == 2)
        #expect(turnsDuringRemoval > 6, "32,768 frames, 8192 at a time, and the other steps")
    }

    @Test("a virtual CPU for whose control block no memory is left is the end of its domain, and of no other")
    func noControlBlock() throws {
        hypervisor.backend.programs[1] = calls([])
        hypervisor.backend.programs[2] = calls([])
        try hypervisor.monitor.build(hypervisor.specification(), identifier: 1)
        try hypervisor.monitor.build(hypervisor.specification(), identifier: 2)
        hypervisor.backend.remainingControls = 1
        hypervisor.cpu.run()
        #expect(hypervisor.monitor.outcome.endedCount == 2)
        #expect(hypervisor.monitor.outcome.hasCrashed)
        #expect(hypervisor.backend.entries.isEmpty == false)
        #expect(Set(hypervisor.backend.retired).count == 1)
    }

    @Test("domains that yield take turns, and the context is switched between them")
    func turns() throws {
        let yields: [(HypercallNumber, UInt64)] = Array(repeating: (.schedulerOperation, 0), count: 3)
        try build(1, calls(yields))
        try build(2, calls(yields))
        hypervisor.cpu.run()
        let entries = hypervisor.backend.entries
        #expect(entries.count == 8)
        for index in 0..<6 { #expect(entries[index] != entries[index + 1]) }
        #expect(hypervisor.platform.switches.count >= 7)
        #expect(hypervisor.backend.current.count == hypervisor.platform.switches.count)
        #expect(hypervisor.monitor.outcome.endedCount == 2)
    }

    @Test("a domain that never gives up its turn loses it at a physical interrupt after its slice")
    func preemption() throws {
        var spins = 0
        try build(1) { _, _, control in
            spins += 1
            if spins < 20_000_000 { return .physicalInterrupt }
            control.flags.remove(.interruptEnable)
            return .halt
        }
        var spinsBeforeOther: Int?
        try build(2) { _, _, control in
            spinsBeforeOther = spinsBeforeOther ?? spins
            spins = 20_000_000
            control.flags.remove(.interruptEnable)
            return .halt
        }
        hypervisor.cpu.run()
        #expect(try #require(spinsBeforeOther) < 20_000_000)
        #expect(hypervisor.monitor.outcome.endedCount == 2)
    }

    @Test("a domain that crashes is destroyed, and the next one still runs to its end")
    func crash() throws {
        try build(1) { _, _, _ in .invalidState }
        try build(2, calls([(.xenVersion, 0)]))
        hypervisor.cpu.run()
        #expect(hypervisor.monitor.outcome.hasCrashed)
        #expect(hypervisor.monitor.outcome.endedCount == 2)
        let ends = Recorder.lines(of: "log").filter { $0.contains("ended") }
        #expect(ends.count == 2)
        #expect(ends.contains { $0.hasPrefix("d1") && $0.contains("destroyed: the processor refused its state") })
        #expect(ends.contains { $0 == "d2 \"test\" ended: poweroff" })
    }

    @Test("a guest whose state breaks a rule of the processor's manual is not entered, and the rule is named")
    func brokenRule() throws {
        try build(1, calls([]))
        let vcpu = try #require(hypervisor.monitor.domains.first?.vcpus.first)
        hypervisor.backend.control(of: vcpu).brokenRule = "the sky is green"
        hypervisor.cpu.run()
        #expect(hypervisor.backend.entries.isEmpty)
        #expect(hypervisor.monitor.outcome.hasCrashed)
        #expect(Recorder.lines(of: "log").contains { $0.contains("the sky is green") })
    }

    @Test("an unfinished line of the console is shown when the domain ends")
    func lastLine() throws {
        var text = Array("panic: no init".utf8)
        try build(1) { registers, _, control in
            guard !text.isEmpty else { return .tripleFault }
            registers.rax = UInt64(text.removeFirst())
            control.portAccess = PortAccess(
                port: 0xE9, size: 1, isInput: false, isString: false, isRepeated: false, instructionLength: 1,
                addressSize: 8, segmentBase: 0)
            return .portIO
        }
        hypervisor.cpu.run()
        #expect(Recorder.lines(of: "d1") == ["panic: no init"])
        #expect(Recorder.lines(of: "log").last == "d1 \"test\" ended: reboot")
    }

    @Test("when all wait, the machine sleeps until a timer wakes one")
    func sleeps() throws {
        var step = 0
        try build(1) { _, vcpu, control in
            step += 1
            guard step == 1 else {
                control.flags.remove(.interruptEnable)
                return .halt
            }
            vcpu.timers.poll = vcpu.runstate.info.entryTime + 3_600_000_000_000
            vcpu.activity = .polling
            return .physicalInterrupt
        }
        let platform = hypervisor.platform
        let cpu = hypervisor.cpu
        var requested: UInt64?
        platform.onWait = {
            requested = requested ?? platform.timer
            if platform.waitCount == 3 { cpu.expireTimers(at: .max - 1) }
        }
        hypervisor.cpu.run()
        #expect(platform.waitCount == 3)
        #expect(try #require(requested) <= 1_000_000_000)
        #expect(step == 2)
    }

    @Test("a watchdog ends a domain that sleeps")
    func watchdog() throws {
        try build(1) { _, vcpu, _ in
            vcpu.domain.watchdogs[0] = 1
            vcpu.activity = .blocked
            return .physicalInterrupt
        }
        hypervisor.cpu.run()
        #expect(hypervisor.monitor.outcome.hasCrashed)
        #expect(Recorder.lines(of: "log").last == "d1 \"test\" ended: watchdog")
    }

    @Test("time is counted to running and to waiting")
    func runstates() throws {
        var states: [UInt32] = []
        try build(1) { _, vcpu, control in
            states.append(vcpu.runstate.info.state)
            control.flags.remove(.interruptEnable)
            return .halt
        }
        hypervisor.cpu.run()
        #expect(states == [Runstate.running.rawValue])
    }

    @Test("domains come and go without losing a frame")
    func manyDomains() throws {
        let before = hypervisor.arena.allocator.freeCount
        let specification = try hypervisor.specification(memorySize: 0x4_0000, vcpuCount: 2)
        let files = before - hypervisor.arena.allocator.freeCount
        for round in UInt16(1)...10 {
            for number in UInt16(1)...3 {
                hypervisor.backend.programs[number] = calls([
                    (.xenVersion, 0), (.schedulerOperation, 0), (.consoleIO, 1),
                ])
                try hypervisor.monitor.build(specification, identifier: number)
            }
            hypervisor.cpu.run()
            #expect(hypervisor.monitor.outcome.endedCount == Int(round) * 3)
            #expect(hypervisor.arena.allocator.freeCount + files == before)
        }
    }
}
