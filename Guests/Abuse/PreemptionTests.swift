// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// Calls that ask for so much work that others have to have their turns in between: the caller's own timer tells, whose interrupt must
/// arrive in the midst of the call. (XSA-45, XSA-97, XSA-318, XSA-344, XSA-380, XSA-410)
func preemption(_ suite: inout Suite) {
    suite.test("preemption: an interrupt arrives while 4,096 frames are given back, and while they are taken") { test in
        test.expectReservationsInterrupted(extents: 4096, order: 0)
    }
    suite.test("preemption: an interrupt arrives while 16 large extents are given back, and while they are taken") {
        test in
        test.expectReservationsInterrupted(extents: 16, order: 9)
    }
    suite.test("preemption: an interrupt arrives during a list of 4,000 calls") { test in
        let list = Far.scratch
        var entry = MulticallEntry()
        entry.operation = UInt64(HypercallNumber.xenVersion.rawValue)
        for index in 0..<4000 as Range<UInt64> { Memory.store(entry, at: list &+ index &* 64) }
        test.expectInterrupted { test in
            test.expect(test.hypercalls.call(.multicall, list, 4000), is: 0)
        }
        for index in 0..<4000 as Range<UInt64> {
            test.expect(Memory.load64(list &+ index &* 64 &+ 8), equals: 4 << 16 | 17)
        }
    }
    suite.test("preemption: an interrupt arrives during 4,000 copies") { test in
        test.withPage { test, page in
            let list = Far.scratch
            let copy = test.ownCopy(page, page, length: 1024)
            for index in 0..<4000 as Range<UInt64> { Memory.store(copy, at: list &+ index &* 40) }
            let operation = UInt64(GrantTableOperation.copy.rawValue)
            test.expectInterrupted { test in
                test.expect(test.hypercalls.call(.grantTableOperation, operation, list, 4000), is: 0)
            }
        }
    }
    suite.test("preemption: the largest counts over lists that are not mapped end at their first element") { test in
        for count in Few<2, UInt64>([0x7FFF_FFFF, 1_000_000]) {
            for operation in Few<4, GrantTableOperation>([.map, .unmap, .copy, .swapReferences]) {
                let result = test.hypercalls.call(
                    .grantTableOperation, UInt64(operation.rawValue), Place.unmapped, count)
                test.expect(result, fails: .badAddress)
            }
            test.expect(test.hypercalls.call(.multicall, Place.unmapped, count), fails: .badAddress)
            test.expect(test.change(.decreaseReservation, Place.unmapped, count: count), is: 0)
            test.expect(test.change(.populatePhysicalMap, Place.unmapped, count: count), is: 0)
        }
    }
}

/// Memory far behind the guest's image, which nobody else uses: the domain has 64 MiB.
private enum Far {
    static var extents: UInt64 { 0x100_0000 }
    static var scratch: UInt64 { 0x300_0000 }
}

extension Test {
    /// Expects an interrupt while extents of memory are given back, and while they are taken.
    fileprivate mutating func expectReservationsInterrupted(extents: UInt64, order: UInt32, line: UInt = #line) {
        for index in 0..<extents {
            Memory.store64(Far.extents >> 12 &+ index &<< UInt64(order), at: Far.scratch &+ index &* 8)
        }
        func change(_ operation: MemoryOperation, _ test: inout Test) {
            let done = test.change(operation, Far.scratch, count: extents, order: order)
            test.expect(done, is: Int64(extents), line: line)
        }
        expectInterrupted(
            line: line, { change(.decreaseReservation, &$0) }, afterwards: { change(.populatePhysicalMap, &$0) })
        change(.decreaseReservation, &self)
        expectInterrupted(
            line: line, { change(.populatePhysicalMap, &$0) }, afterwards: { change(.decreaseReservation, &$0) })
        change(.populatePhysicalMap, &self)
    }

    /// Expects that an interrupt arrives in the midst of a call: well before its end, where one would arrive that had to wait. The timer
    /// is set for a third of the time that the call has taken before. As that varies, there are twenty trials.
    fileprivate mutating func expectInterrupted(
        line: UInt = #line, _ call: (inout Test) -> Void, afterwards undo: (inout Test) -> Void = { _ in }
    ) {
        withTimer(line: line) { test, port, vector in
            var isInterrupted = false
            for _ in 0..<20 where !isInterrupted {
                let begin = test.guest.now
                call(&test)
                let duration = test.guest.now &- begin
                undo(&test)
                var timer = VCPUOperation.SetSingleshotTimer(timeout: test.guest.now &+ duration / 3)
                test.expect(test.hypercalls.vcpu(.setSingleshotTimer, 0, &timer), is: 0, line: line)
                let count = Interrupts.count(vector)
                let start = Processor.timestamp
                Processor.enableInterrupts()
                call(&test)
                Processor.disableInterrupts()
                let end = Processor.timestamp
                let hasCome = Interrupts.count(vector) != count
                isInterrupted = hasCome && end &- Interrupts.lastTime > (end &- start) / 4
                undo(&test)
                test.expect(test.hypercalls.vcpu(.stopSingleshotTimer, 0), is: 0, line: line)
                test.guest.sharedInfo.clearPending(port)
                test.guest.vcpuInfo.clear()
            }
            test.expect(isInterrupted, line: line)
        }
    }

    /// Calls `body` while the first vCPU's timer raises an interrupt on the vector that it gets.
    private mutating func withTimer(
        line: UInt, _ body: (inout Test, _ port: EventChannelPort, _ vector: UInt8) -> Void
    ) {
        let vector: UInt8 = 0xF3
        guest.vcpuInfo.clear()
        Interrupts.acknowledge(vector, upcallPending: guest.vcpuInfo.upcallPendingAddress)
        expect(
            hypercalls.setParameter(.callbackInterrupt, to: EventCallback.vector(vector).rawValue), is: 0, line: line)
        var bind = EventChannelOperation.BindVIRQ(virtualInterrupt: VirtualInterrupt.timer.rawValue, vcpu: 0)
        expect(hypercalls.eventChannel(.bindVIRQ, &bind), is: 0, line: line)
        guest.sharedInfo.clearPending(bind.port)
        guest.sharedInfo.unmask(bind.port)
        body(&self, bind.port, vector)
        expect(hypercalls.close(bind.port), is: 0, line: line)
        guest.sharedInfo.mask(bind.port)
        guest.sharedInfo.clearPending(bind.port)
        guest.vcpuInfo.clear()
    }
}
