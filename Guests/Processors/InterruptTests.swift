// SPDX-License-Identifier: MIT
import Architecture
import GuestKit
import Instructions
import XenInterface

/// vCPUs that interrupt each other.
func interrupting(_ suite: inout Suite) {
    suite.test("local APIC: an interrupt to another vCPU wakes it from HLT") { test in
        for number in 1..<test.workerCount + 1 {
            let vector = 0x60 + number
            Worker(number).begin(.halt, vector)
            test.expect(test.waits { Worker(number).result == 1 })
            test.expect(Probe.writeMSR(LocalAPICRegister.command, number << 33 | vector) == nil)
            test.expect(test.waits { Worker(number).isDone })
        }
    }
    suite.test("local APIC: an interrupt to all but oneself reaches each of them, once") { test in
        let before = Interrupts.count(0x5F)
        test.forEachWorker { $0.begin(.halt, 0x5F) }
        test.expect(
            test.waits {
                var areReady = true
                test.forEachWorker { if $0.result == 0 { areReady = false } }
                return areReady
            })
        test.expect(Probe.writeMSR(LocalAPICRegister.command, 3 << 18 | 0x5F) == nil)
        test.expect(test.waits { UInt64(Interrupts.count(0x5F) &- before) == test.workerCount })
        // One that looks at the count only now has missed it, as others count in the same place.
        while !test.allAreDoneNow() {
            test.expect(Probe.writeMSR(LocalAPICRegister.command, 3 << 18 | 0x5F) == nil)
            test.hypercalls.yield()
        }
    }
    suite.test("event_channel_op send: an event ends the poll of another vCPU") { test in
        for number in 1..<test.workerCount + 1 {
            var bind = EventChannelOperation.BindIPI(vcpu: UInt32(number))
            test.expect(test.hypercalls.eventChannel(.bindIPI, &bind), is: 0)
            Worker(number).begin(.poll, UInt64(bind.port.rawValue))
            test.expect(test.waits { Worker(number).result >= 1 })
            var send = EventChannelOperation.Send(port: bind.port)
            test.expect(test.hypercalls.eventChannel(.send, &send), is: 0)
            test.expect(test.waits { Worker(number).isDone })
            test.expect(Worker(number).result, equals: 2)
            var close = EventChannelOperation.Close(port: bind.port)
            test.expect(test.hypercalls.eventChannel(.close, &close), is: 0)
        }
    }
    suite.test("vcpu_op send_nmi: reaches a vCPU that computes") { test in
        test.forEachWorker { $0.begin(.run) }
        for number in 1..<test.workerCount + 1 {
            let count = Interrupts.count(Exception.nonMaskableInterrupt.rawValue)
            test.expect(test.hypercalls.vcpu(.sendNMI, number), is: 0)
            test.expect(test.waits { Interrupts.count(Exception.nonMaskableInterrupt.rawValue) == count + 1 })
        }
        test.expect(test.stopAll())
    }
    suite.test("vcpu_op set_periodic_timer: fires for another vCPU that polls") { test in
        for number in 1..<test.workerCount + 1 {
            var bind = EventChannelOperation.BindVIRQ(
                virtualInterrupt: VirtualInterrupt.timer.rawValue, vcpu: UInt32(number))
            test.expect(test.hypercalls.eventChannel(.bindVIRQ, &bind), is: 0)
            Worker(number).begin(.poll, UInt64(bind.port.rawValue))
            test.expect(test.waits { Worker(number).result >= 1 })
            var timer = VCPUOperation.SetPeriodicTimer(period: 2_000_000)
            test.expect(test.hypercalls.vcpu(.setPeriodicTimer, number, &timer), is: 0)
            test.expect(test.waits { Worker(number).isDone })
            test.expect(test.hypercalls.vcpu(.stopPeriodicTimer, number), is: 0)
            var close = EventChannelOperation.Close(port: bind.port)
            test.expect(test.hypercalls.eventChannel(.close, &close), is: 0)
        }
    }
}

extension Test {
    /// Whether all other vCPUs have done their jobs.
    fileprivate func allAreDoneNow() -> Bool {
        var areDone = true
        forEachWorker { if !$0.isDone { areDone = false } }
        return areDone
    }
}
