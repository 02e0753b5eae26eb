// SPDX-License-Identifier: MIT
import Architecture
import Testing

@testable import Hypervisor

/// Physical interrupts that an emulator forgets: the run loop looks for them itself, once in 256 exits.
@Suite(.recording)
struct InterruptCheckTests {
    let hypervisor = TestHypervisor()

    /// How often pending interrupts are taken while a guest exits so often in a single turn, for a reason that takes none.
    private func takes(exits: Int) throws -> Int {
        var remaining = exits
        hypervisor.backend.programs[1] = { _, _, control in
            remaining -= 1
            if remaining > 0 { return .invalidateCaches }
            control.flags.remove(.interruptEnable)
            return .halt
        }
        try hypervisor.monitor.build(hypervisor.specification(), identifier: 1)
        hypervisor.cpu.run()
        #expect(hypervisor.backend.entries.count == exits)
        return hypervisor.platform.takeCount
    }

    @Test(
        "pending interrupts are taken at every 256th exit",
        arguments: [(255, 0), (256, 1), (511, 1), (512, 2), (2560, 10)])
    func check(exits: Int, takes count: Int) throws {
        #expect(try takes(exits: exits) == count)
    }

    @Test("a guest that makes exits for ever, none of them a physical interrupt's, still loses its turn")
    func preemption() throws {
        var isOtherDone = false
        var exits = 0
        hypervisor.backend.programs[1] = { _, _, control in
            exits += 1
            if !isOtherDone && exits < 20_000_000 { return .invalidateCaches }
            control.flags.remove(.interruptEnable)
            return .halt
        }
        hypervisor.backend.programs[2] = { _, _, control in
            isOtherDone = true
            control.flags.remove(.interruptEnable)
            return .halt
        }
        for identifier in [1, 2] as [UInt16] {
            try hypervisor.monitor.build(hypervisor.specification(), identifier: identifier)
        }
        hypervisor.cpu.run()
        #expect(isOtherDone && exits < 20_000_000)
        #expect(hypervisor.monitor.outcome.endedCount == 2)
    }
}
