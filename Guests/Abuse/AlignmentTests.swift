// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// Structures at odd addresses and across the ends of pages. (XSA-327)
func alignment(_ suite: inout Suite) {
    suite.test("alignment: a vcpu_info that is not aligned, or reaches beyond its page, is refused with ENXIO") {
        test in
        test.withPage { test, page in
            for offset in Few<8, UInt32>([1, 2, 4, 7, 4095, 4096 - 56, 4096, .max - 7]) {
                var call = VCPUOperation.RegisterVCPUInfo(guestFrame: page >> 12, offset: offset)
                let result = test.hypercalls.vcpu(.registerVCPUInfo, UInt64(Place.idleVCPU), &call)
                test.expect(result, fails: .noSuchDeviceOrAddress)
            }
            test.expect(Memory.isFilled(page, count: 4096, with: 0))
        }
    }
    suite.test("alignment: arguments at every odd address across a page's end are read and written whole") { test in
        test.withTwoPages { test, boundary in
            let port = test.openPort(vcpu: 1)
            let size = UInt64(MemoryLayout<EventChannelOperation.Status>.size)
            for distance in 1..<size {
                Memory.fill(boundary &- 64, count: 128, with: 0xA5)
                let place = boundary &- distance
                Memory.store(EventChannelOperation.Status(domain: .caller, port: port), at: place)
                let operation = UInt64(EventChannelOperation.status.rawValue)
                test.expect(test.hypercalls.call(.eventChannelOperation, operation, place), is: 0)
                let status = Memory.load(place, as: EventChannelOperation.Status.self)
                test.expect(status.state, equals: EventChannelState.interprocessor.rawValue)
                test.expect(status.vcpu, equals: 1)
                test.expect(Memory.isFilled(boundary &- 64, count: 64 &- distance, with: 0xA5))
                test.expect(Memory.isFilled(place &+ size, count: 64 &- (size &- distance), with: 0xA5))
            }
            test.expect(test.hypercalls.close(port), is: 0)
        }
    }
    suite.test("alignment: a run state's area at an odd address across a page's end has all of it") { test in
        test.withTwoPages { test, boundary in
            for distance in Few<5, UInt64>([1, 7, 13, 24, 47]) {
                Memory.fill(boundary &- 64, count: 128, with: 0xA5)
                let place = boundary &- distance
                var call = VCPUOperation.RegisterArea(address: place)
                test.expect(test.hypercalls.vcpu(.registerRunstateArea, 0, &call), is: 0)
                let info = Memory.load(place, as: RunstateInfo.self)
                var told = RunstateInfo()
                test.expect(test.hypercalls.vcpu(.getRunstateInfo, 0, &told), is: 0)
                test.expect(info.state, equals: Runstate.running.rawValue)
                test.expect(info.runningTime > 0 && info.runningTime <= told.runningTime)
                test.expect(info.entryTime <= told.entryTime)
                call.address = 0
                test.expect(test.hypercalls.vcpu(.registerRunstateArea, 0, &call), is: 0)
                test.expect(Memory.isFilled(boundary &- 64, count: 64 &- distance, with: 0xA5))
                test.expect(Memory.isFilled(place &+ 48, count: 16 &+ distance, with: 0xA5))
            }
        }
    }
    suite.test("alignment: a time area at an odd address across a page's end has all of it") { test in
        test.withTwoPages { test, boundary in
            for distance in Few<4, UInt64>([1, 9, 17, 31]) {
                Memory.fill(boundary &- 64, count: 128, with: 0xA5)
                let place = boundary &- distance
                var call = VCPUOperation.RegisterArea(address: place)
                test.expect(test.hypercalls.vcpu(.registerVCPUTimeArea, 0, &call), is: 0)
                let time = Memory.load(place, as: VCPUTimeInfo.self)
                test.expect(
                    time.tscToSystemMultiplier, equals: test.guest.vcpuInfo.time.tscToSystemMultiplier)
                test.expect(time.version & 1, equals: 0)
                call.address = 0
                test.expect(test.hypercalls.vcpu(.registerVCPUTimeArea, 0, &call), is: 0)
                test.expect(Memory.isFilled(boundary &- 64, count: 64 &- distance, with: 0xA5))
                test.expect(Memory.isFilled(place &+ 32, count: 32 &+ distance, with: 0xA5))
            }
        }
    }
}

extension Test {
    /// Calls `body` with the address at which one page ends and another begins.
    mutating func withTwoPages(line: UInt = #line, _ body: (inout Test, _ boundary: UInt64) -> Void) {
        withPage(line: line) { test, first in
            test.withPage(line: line) { test, second in
                guard second == first &+ Memory.pageSize else { return test.expect(false, line: line) }
                body(&test, second)
            }
        }
    }
}
