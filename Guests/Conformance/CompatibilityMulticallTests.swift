// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// `multicall` from a 32-bit code segment: entries of 32 bytes, and registers whose upper halves hold anything. (XSA-454)
func compatibilityMulticall(_ suite: inout Suite) {
    suite.test("32-bit caller: multicall takes entries of 32 bytes, and each gets its 32-bit result") { test in
        test.withPage { test, page in
            test.placeEntry(.xenVersion, UInt32(XenVersionOperation.pageSize.rawValue), at: page)
            test.placeEntry(.unassigned, 0, at: page &+ 32)
            test.placeEntry(.multicall, 0, at: page &+ 64)
            test.placeEntry(.xenVersion, 0, at: page &+ 96)
            test.expect(test.compatMulticall(page, count: 4), is: 0)
            test.expect(Memory.load32(page &+ 4), equals: 4096)
            test.expect(Int64(Int32(bitPattern: Memory.load32(page &+ 36))), fails: .notImplemented)
            test.expect(Int64(Int32(bitPattern: Memory.load32(page &+ 68))), fails: .invalidArgument)
            test.expect(Memory.load32(page &+ 100), equals: 4 << 16 | 17)
            test.expect(Memory.load32(page &+ 128), equals: 0)
        }
    }
    suite.test("32-bit caller: multicall's list and count are 32 bits wide, whatever stands above them") { test in
        test.withPage { test, page in
            test.placeEntry(.xenVersion, UInt32(XenVersionOperation.pageSize.rawValue), at: page)
            let result = test.hypercalls.callFromCompatibilityMode(
                UInt64(HypercallNumber.multicall.rawValue) | 0xDEAD_0000_0000, page | 0xBEEF_0000_0000,
                1 | 0xF00D_0000_0000)
            test.expect(Int64(Int32(truncatingIfNeeded: result)), is: 0)
            test.expect(Memory.load32(page &+ 4), equals: 4096)
        }
    }
    suite.test("32-bit caller: structures of a list's calls have their 32-bit layout") { test in
        test.withPage { test, page in
            // struct xen_memory_reservation: 20 bytes, and a list of 32-bit frames.
            let frame = page &+ 2048
            guard let given = test.guest.pages.allocate() else { return test.expect(false) }
            Memory.store32(UInt32(truncatingIfNeeded: given >> 12), at: frame)
            let arguments = page &+ 1024
            Memory.store32(UInt32(truncatingIfNeeded: frame), at: arguments)
            Memory.store32(1, at: arguments &+ 4)
            Memory.store16(DomainIdentifier.caller.rawValue, at: arguments &+ 16)
            test.placeEntry(.memoryOperation, MemoryOperation.decreaseReservation.rawValue, at: page)
            test.placeEntry(.memoryOperation, MemoryOperation.populatePhysicalMap.rawValue, at: page &+ 32)
            Memory.store32(UInt32(truncatingIfNeeded: arguments), at: page &+ 12)
            Memory.store32(UInt32(truncatingIfNeeded: arguments), at: page &+ 44)
            test.expect(test.compatMulticall(page, count: 2), is: 0)
            test.expect(Memory.load32(page &+ 4), equals: 1)
            test.expect(Memory.load32(page &+ 36), equals: 1)
            test.expect(Memory.load64(given), equals: 0)
            test.guest.pages.free(given)
        }
    }
    suite.test("32-bit caller: a long list comes to its end") { test in
        test.withPage { test, page in
            for index in 0..<128 as Range<UInt64> {
                test.placeEntry(.xenVersion, UInt32(XenVersionOperation.pageSize.rawValue), at: page &+ index &* 32)
            }
            test.expect(test.compatMulticall(page, count: 128), is: 0)
            for index in 0..<128 as Range<UInt64> {
                test.expect(Memory.load32(page &+ index &* 32 &+ 4), equals: 4096)
            }
        }
    }
}

extension Test {
    /// Writes an entry with one argument, in the 32-bit layout.
    fileprivate func placeEntry(_ number: HypercallNumber, _ argument: UInt32, at place: UInt64) {
        Memory.store32(number.rawValue, at: place)
        Memory.store32(argument, at: place &+ 8)
    }

    fileprivate func compatMulticall(_ list: UInt64, count: UInt64) -> Int64 {
        let result = hypercalls.callFromCompatibilityMode(UInt64(HypercallNumber.multicall.rawValue), list, count)
        return Int64(Int32(truncatingIfNeeded: result))
    }
}
