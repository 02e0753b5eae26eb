// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// Lists of which a part cannot be done: what was done before stays, and nothing is left half done. (XSA-159, XSA-222, XSA-316)
func partialFailures(_ suite: inout Suite, _ table: UInt64) {
    suite.test("partial failure: a list of frames is worked off up to the first that will not do, and no further") {
        test in
        test.withFramesAndList { test, frames, list in
            let before = test.guest.reservation
            Memory.store64(Place.first >> 12, at: list &+ 3 &* 8)  // there is no memory
            test.expect(test.change(.decreaseReservation, list, count: 6), is: 3)
            test.expect(test.guest.reservation, is: before - 3)
            test.expect(Memory.load64(frames &+ 4 &* 4096), equals: 4)
            test.expect(test.change(.populatePhysicalMap, list, count: 3), is: 3)
            test.expect(test.guest.reservation, is: before)
            Memory.store64(frames >> 12 &+ 3, at: list &+ 3 &* 8)
        }
    }
    suite.test("partial failure: a list that runs on to where nothing is mapped is worked off up to there") { test in
        test.withFramesAndList { test, frames, list in
            test.withLastPage { test, last in
                let start = last &+ 4096 - 3 &* 8
                for index in 0..<3 as Range<UInt64> {
                    Memory.store64(Memory.load64(list &+ index &* 8), at: start &+ index &* 8)
                }
                let before = test.guest.reservation
                test.expect(test.change(.decreaseReservation, start, count: 6), is: 3)
                test.expect(test.guest.reservation, is: before - 3)
                test.expect(test.change(.populatePhysicalMap, start, count: 6), is: 3)
                test.expect(test.guest.reservation, is: before)
            }
        }
    }
    suite.test("partial failure: a page that cannot be shown leaves what was in its place") { test in
        test.withPage { test, page in
            Memory.store64(0x1234, at: page)
            let before = test.guest.reservation
            test.expect(test.hypercalls.addToPhysicalMap(.sharedInfo, index: 1, at: page), fails: .invalidArgument)
            test.expect(
                test.hypercalls.addToPhysicalMap(.grantTable, index: 1 << 20, at: page), fails: .invalidArgument)
            let absent = Place.first >> 12
            test.expect(
                test.hypercalls.addToPhysicalMap(.guestFrame, index: absent, at: page), fails: .invalidArgument)
            test.expect(Memory.load64(page), equals: 0x1234)
            test.expect(test.guest.reservation, is: before)
            test.expect(test.guest.vcpuInfo.time.tscToSystemMultiplier != 0)
        }
    }
    partialBatches(&suite)
    partialCopies(&suite, table)
}

private func partialBatches(_ suite: inout Suite) {
    suite.test("partial failure: a batch with a bad page in its middle has a result for each, and does the others") {
        test in
        test.withPage { test, first in
            test.withPage { test, page in
                Memory.store64(0x1111, at: first)
                Memory.store64(first >> 12, at: page)
                Memory.store64(Place.second >> 12, at: page &+ 8)  // no memory
                Memory.store64(Place.first >> 12, at: page &+ 16)
                Memory.store64(Place.first >> 12, at: page &+ 64)
                Memory.store64(Place.second >> 12 &+ 1, at: page &+ 72)
                Memory.store64(first >> 12, at: page &+ 80)
                Memory.fill(page &+ 128, count: 16, with: 0xA5)
                var call = MemoryOperation.AddToPhysicalMapBatch()
                (call.domain, call.space, call.size) = (.caller, UInt16(PhysicalMapSpace.guestFrame.rawValue), 3)
                (call.indices, call.guestFrames, call.errors) = (page, page &+ 64, page &+ 128)
                test.expect(test.hypercalls.memory(.addToPhysicalMapBatch, &call), is: 0)
                test.expect(Memory.load32(page &+ 128), equals: 0)
                test.expect(Int64(Int32(bitPattern: Memory.load32(page &+ 132))), fails: .invalidArgument)
                test.expect(Memory.load32(page &+ 136), equals: 0)
                test.expect(Memory.load32(page &+ 140), equals: 0xA5A5_A5A5)
                test.expect(Memory.load64(first), equals: 0x1111)
            }
        }
    }
}

private func partialCopies(_ suite: inout Suite, _ table: UInt64) {
    suite.test("partial failure: copies of which the middle one fails: the others are made, each has its status") {
        test in
        test.withTwoPages { test, page in
            let from = page &- Memory.pageSize
            var copies: InlineArray<3, GrantTableOperation.Copy> = InlineArray(
                repeating: test.ownCopy(from, page, length: 8))
            for index in 0..<3 {
                Memory.store64(UInt64(index) &+ 1, at: from &+ UInt64(index) &* 8)
                (copies[index].source.offset, copies[index].destination.offset) = (UInt16(index) * 8, UInt16(index) * 8)
            }
            copies[1].source.target = Place.first >> 12
            let hypercalls = test.hypercalls
            let result = Memory.withAddress(of: &copies) {
                hypercalls.call(.grantTableOperation, UInt64(GrantTableOperation.copy.rawValue), $0, 3)
            }
            test.expect(result, is: 0)
            test.expect(GrantStatus(rawValue: copies[0].status), is: .okay)
            test.expect(GrantStatus(rawValue: copies[1].status), is: .badPage)
            test.expect(GrantStatus(rawValue: copies[2].status), is: .okay)
            test.expect(Memory.load64(page), equals: 1)
            test.expect(Memory.load64(page &+ 8), equals: 0)
            test.expect(Memory.load64(page &+ 16), equals: 3)
        }
    }
    suite.test("partial failure: copies that run on to where nothing is mapped give EFAULT, and no grant stays in use")
    {
        test in
        test.withPage { test, page in
            test.withLastPage { test, last in
                test.grant(60, .permitAccess, frame: page >> 12, to: test.guest.identifier, in: table)
                Memory.store64(0x77, at: page)
                var copy = test.copyFromGrant(60, to: page, length: 8)
                copy.destination.offset = 64
                let size = UInt64(MemoryLayout<GrantTableOperation.Copy>.size)
                let start = last &+ 4096 - 2 &* size
                Memory.store(copy, at: start)
                Memory.store(copy, at: start &+ size)
                let operation = UInt64(GrantTableOperation.copy.rawValue)
                test.expect(test.hypercalls.call(.grantTableOperation, operation, start, 3), fails: .badAddress)
                test.expect(Memory.load64(page &+ 64), equals: 0x77)
                let status = Memory.load(start &+ size, as: GrantTableOperation.Copy.self).status
                test.expect(GrantStatus(rawValue: status), is: .okay)
                test.expect(Memory.load16(table &+ 60 &* 8), equals: GrantFlags.permitAccess.rawValue)
                Memory.store64(0, at: table &+ 60 &* 8)
            }
        }
    }
}

extension Test {
    /// Calls `body` with eight pages in a row, each with its number in its first word, and a list of their frames.
    fileprivate mutating func withFramesAndList(
        line: UInt = #line, _ body: (inout Test, _ frames: UInt64, _ list: UInt64) -> Void
    ) {
        withPage(line: line) { test, list in
            var pages: InlineArray<8, UInt64> = InlineArray(repeating: 0)
            for index in 0..<8 {
                guard let page = test.guest.pages.allocate() else { return test.expect(false, line: line) }
                pages[index] = page
                Memory.store64(UInt64(index), at: page)
                Memory.store64(page >> 12, at: list &+ UInt64(index) &* 8)
            }
            test.expect(pages[7], equals: pages[0] &+ 7 &* Memory.pageSize, line: line)
            body(&test, pages[0], list)
            for index in 0..<8 { test.guest.pages.free(pages[index]) }
        }
    }
}
