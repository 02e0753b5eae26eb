// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// What a domain gets to see beside what it is told: each buffer is filled with a pattern first. (XSA-122, XSA-132)
func informationLeaks(_ suite: inout Suite) {
    suite.test("information leaks: version strings have zeros behind their end, and nothing is written behind them") {
        test in
        test.expectText(.extraVersion, fields: [16, 0, 0, 0])
        test.expectText(.compileInformation, fields: [64, 16, 32, 32])
        test.expectText(.capabilities, fields: [1024, 0, 0, 0])
        test.expectText(.changeSet, fields: [64, 0, 0, 0])
    }
    suite.test("information leaks: a run state has zeros in its padding, and ends where it ends") { test in
        test.withPattern { test, page in
            for vcpu in 0..<UInt64(Place.vcpuCount) {
                let operation = UInt64(VCPUOperation.getRunstateInfo.rawValue)
                test.expect(test.hypercalls.call(.vcpuOperation, operation, vcpu, page), is: 0)
                test.expect(Memory.load32(page &+ 4), equals: 0)
                test.expect(Memory.isFilled(page &+ 48, count: 64, with: 0xA5))
            }
        }
    }
    suite.test("information leaks: the clock has zeros in its padding, in vcpu_info and in a time area") { test in
        test.withPattern { test, page in
            test.expectNoPadding(in: test.guest.vcpuInfo.address &+ 32)
            var call = VCPUOperation.RegisterArea(address: page)
            test.expect(test.hypercalls.vcpu(.registerVCPUTimeArea, 0, &call), is: 0)
            test.expectNoPadding(in: page)
            test.expect(Memory.isFilled(page &+ 32, count: 64, with: 0xA5))
            call.address = 0
            test.expect(test.hypercalls.vcpu(.registerVCPUTimeArea, 0, &call), is: 0)
        }
    }
    eventLeaks(&suite)
    memoryLeaks(&suite)
}

private func eventLeaks(_ suite: inout Suite) {
    suite.test("information leaks: status of a closed port changes only what it tells of one") { test in
        test.withPattern { test, page in
            let port = test.openPort()
            test.expect(test.hypercalls.close(port), is: 0)
            Memory.store16(DomainIdentifier.caller.rawValue, at: page)
            Memory.store32(port.rawValue, at: page &+ 4)
            let operation = UInt64(EventChannelOperation.status.rawValue)
            test.expect(test.hypercalls.call(.eventChannelOperation, operation, page), is: 0)
            test.expect(Memory.load16(page &+ 2), equals: 0xA5A5)
            test.expect(Memory.load32(page &+ 8), equals: EventChannelState.closed.rawValue)
            test.expect(Memory.isFilled(page &+ 16, count: 64, with: 0xA5))
        }
    }
    suite.test("information leaks: calls that fail write nothing back") { test in
        test.withPattern { test, page in
            for operation in Few<5, EventChannelOperation>([.bindInterdomain, .bindVIRQ, .bindIPI, .status, .bindPIRQ])
            {
                let result = test.hypercalls.call(.eventChannelOperation, UInt64(operation.rawValue), page)
                test.expect(result < 0)
            }
            let size = UInt64(GrantTableOperation.getVersion.rawValue)
            test.expect(test.hypercalls.call(.grantTableOperation, size, page, 1), fails: .noSuchProcess)
            test.expect(test.hypercalls.call(.hvmOperation, UInt64(HVMOperation.getParameter.rawValue), page) < 0)
            test.expect(Memory.isFilled(page, count: 256, with: 0xA5))
        }
    }
    suite.test("information leaks: the shared info page is zero where nothing is defined") { test in
        let page = test.guest.sharedInfo.address
        test.expect(Memory.isFilled(page &+ 3136, count: 4096 - 3136, with: 0))
        // What vCPUs have that are not there, but for their masks and clocks, which some hypervisors fill in.
        for number in UInt64(Place.vcpuCount)..<32 {
            test.expect(Memory.isFilled(page &+ number &* 64 &+ 8, count: 24, with: 0))
        }
    }
}

private func memoryLeaks(_ suite: inout Suite) {
    suite.test("information leaks: the memory map has whole entries, and nothing is written behind the last") { test in
        test.withPattern { test, page in
            var call = MemoryOperation.MemoryMap(entryCount: 128, buffer: page)
            test.expect(test.hypercalls.memory(.memoryMap, &call), is: 0)
            test.expect(call.entryCount > 0 && call.entryCount <= 128)
            let size = UInt64(call.entryCount) &* 20
            test.expect(Memory.isFilled(page &+ size, count: 64, with: 0xA5))
            for index in 0..<UInt64(call.entryCount) {
                test.expect((1...7).contains(Memory.load32(page &+ index &* 20 &+ 16)))
            }
            Memory.fill(page, count: 128, with: 0xA5)
            call.entryCount = 1
            test.expect(test.hypercalls.memory(.memoryMap, &call), is: 0)
            test.expect(Memory.isFilled(page &+ 20, count: 64, with: 0xA5))
        }
    }
    suite.test("information leaks: memory that a domain gets holds zeros, or what it has left in it itself") { test in
        test.withPattern { test, page in
            test.expect(test.change(.decreaseReservation, frame: page >> 12), is: 1)
            test.expect(test.change(.populatePhysicalMap, frame: page >> 12), is: 1)
            let isZero = Memory.isFilled(page, count: 4096, with: 0)
            test.expect(isZero || Memory.isFilled(page, count: 4096, with: 0xA5))
        }
    }
    suite.test("information leaks: new frames of the grant table are full of zeros") { test in
        test.withPage { test, page in
            var size = GrantTableOperation.QuerySize(domain: .caller)
            test.expect(test.hypercalls.grantTable(.querySize, &size), is: 0)
            for _ in 0..<2 where size.frameCount < size.maximumFrameCount {
                let result = test.hypercalls.addToPhysicalMap(
                    .grantTable, index: UInt64(size.frameCount), at: Place.first)
                test.expect(result, is: 0)
                test.expect(Memory.isFilled(Place.first, count: 4096, with: 0))
                size.frameCount += 1
            }
            var removal = MemoryOperation.RemoveFromPhysicalMap(domain: .caller, guestFrame: Place.first >> 12)
            test.expect(test.hypercalls.memory(.removeFromPhysicalMap, &removal), is: 0)
        }
    }
}

extension Test {
    /// Calls `body` with a page that is full of a pattern.
    fileprivate mutating func withPattern(line: UInt = #line, _ body: (inout Test, _ page: UInt64) -> Void) {
        withPage(line: line) { test, page in
            Memory.fill(page, count: 4096, with: 0xA5)
            body(&test, page)
        }
    }

    /// Expects that texts in arrays of these lengths, one behind the other, have zeros behind their ends.
    fileprivate mutating func expectText(
        _ operation: XenVersionOperation, fields: InlineArray<4, UInt64>, line: UInt = #line
    ) {
        withPattern(line: line) { test, page in
            let result = test.hypercalls.call(.xenVersion, UInt64(operation.rawValue), page)
            test.expect(result >= 0, line: line)
            var start = page
            for index in 0..<4 where fields[index] > 0 {
                var length: UInt64 = 0
                while length < fields[index], Memory.load8(start &+ length) != 0 { length += 1 }
                test.expect(length < fields[index], line: line)
                test.expect(Memory.isFilled(start &+ length, count: fields[index] &- length, with: 0), line: line)
                start &+= fields[index]
            }
            test.expect(Memory.isFilled(start, count: 64, with: 0xA5), line: line)
        }
    }

    /// Expects zeros in the padding of a clock.
    fileprivate mutating func expectNoPadding(in time: UInt64, line: UInt = #line) {
        expect(Memory.load32(time &+ 4), equals: 0, line: line)
        expect(Memory.load16(time &+ 30), equals: 0, line: line)
    }
}
