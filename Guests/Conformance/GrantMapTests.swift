// SPDX-License-Identifier: MIT
import Architecture
import GuestKit
import XenInterface

/// `grant_table_op` map_grant_ref and unmap_grant_ref. The guest grants frames to itself.
func grantMap(_ suite: inout Suite) {
    suite.test("grant_table_op map: the frame appears, and the entry says that it is in use") { test in
        test.withGrant { test, table, _ in
            let (status, handle) = test.map(20, at: GrantPlace.first)
            test.expect(status, is: .okay)
            test.expect(Memory.load64(GrantPlace.first), equals: 0x0123_4567_89AB_CDEF)
            Memory.store64(42, at: GrantPlace.first &+ 8)
            test.expect(Memory.load64(GrantPlace.first &+ 8), equals: 42)
            test.expect(test.flags(of: 20, in: table) == [.permitAccess, .reading, .writing])
            test.expect(test.unmap(handle, at: GrantPlace.first), is: .okay)
            test.expect(test.flags(of: 20, in: table) == .permitAccess)
            test.expect(test.expectValue(Probe.load32(GrantPlace.first)), equals: 0xFFFF_FFFF)
        }
    }
    suite.test("grant_table_op map: for reading only, what is written is lost") { test in
        test.withGrant { test, table, _ in
            let (status, handle) = test.map(20, at: GrantPlace.first, [.host, .readOnly])
            test.expect(status, is: .okay)
            test.expect(test.flags(of: 20, in: table) == [.permitAccess, .reading])
            test.expect(Probe.store32(1, at: GrantPlace.first) == nil)
            test.expect(Memory.load64(GrantPlace.first), equals: 0x0123_4567_89AB_CDEF)
            test.expect(test.unmap(handle, at: GrantPlace.first), is: .okay)
        }
    }
    suite.test("grant_table_op map: a read-only entry cannot be mapped for writing") { test in
        test.withGrant([.permitAccess, .readOnly]) { test, table, _ in
            test.expect(test.map(20, at: GrantPlace.first).status, is: .generalError)
            test.expect(test.flags(of: 20, in: table) == [.permitAccess, .readOnly])
            let (status, handle) = test.map(20, at: GrantPlace.first, [.host, .readOnly])
            test.expect(status, is: .okay)
            test.expect(test.unmap(handle, at: GrantPlace.first), is: .okay)
        }
    }
    grantMapFlags(&suite)
    grantMapEntries(&suite)
    grantMapTwice(&suite)
    grantUnmap(&suite)
}

private func grantMapFlags(_ suite: inout Suite) {
    suite.test("grant_table_op map: flags without a kind of mapping are a bad reference") { test in
        test.withGrant { test, _, _ in
            test.expect(test.map(20, at: GrantPlace.first, []).status, is: .badReference)
            test.expect(test.map(20, at: GrantPlace.first, .readOnly).status, is: .badReference)
        }
    }
    suite.test("grant_table_op map: flags of PV domains are a general error") { test in
        test.withGrant { test, table, _ in
            for flags in Few<4, GrantMapFlags>([
                .device, [.host, .device], [.host, .application], [.host, .containsPageTableEntry],
            ]) {
                test.expect(test.map(20, at: GrantPlace.first, flags).status, is: .generalError)
            }
            test.expect(test.flags(of: 20, in: table) == .permitAccess)
        }
    }
    suite.test("grant_table_op map: the domain goes before the entry, and the flags before the domain") { test in
        let nowhere = Nowhere.domain
        test.expect(test.map(1 << 24, at: GrantPlace.first, of: nowhere).status, is: .badDomain)
        test.expect(test.map(1 << 24, at: GrantPlace.first, .device, of: nowhere).status, is: .generalError)
        test.expect(test.map(1 << 24, at: GrantPlace.first, [], of: nowhere).status, is: .badReference)
        test.expect(test.map(20, at: GrantPlace.first, of: .caller).status, is: .badDomain)
    }
}

private func grantMapEntries(_ suite: inout Suite) {
    suite.test("grant_table_op map: an entry beyond the table is a bad reference") { test in
        test.expect(test.map(1 << 24, at: GrantPlace.first).status, is: .badReference)
        test.expect(test.map(UInt32.max, at: GrantPlace.first).status, is: .badReference)
    }
    suite.test("grant_table_op map: entries that grant something else, or to somebody else, are a general error") {
        test in
        test.withGrant { test, table, page in
            for flags in Few<4, GrantFlags>([[], .acceptTransfer, .kindMask, [.permitAccess, .subPage]]) {
                test.grant(20, flags, page >> 12, in: table)
                test.expect(test.map(20, at: GrantPlace.first).status, is: .generalError)
                test.expect(test.flags(of: 20, in: table) == flags)
            }
            test.grant(20, .permitAccess, page >> 12, to: .control, in: table)
            test.expect(test.map(20, at: GrantPlace.first).status, is: .generalError)
        }
    }
    suite.test("grant_table_op map: flags for caching in an entry change nothing") { test in
        test.withGrant { test, table, page in
            let flags: GrantFlags = [.permitAccess, .cacheMask]
            test.grant(20, flags, page >> 12, in: table)
            let (status, handle) = test.map(20, at: GrantPlace.first)
            test.expect(status, is: .okay)
            test.expect(test.flags(of: 20, in: table) == flags.union([.reading, .writing]))
            test.expect(test.unmap(handle, at: GrantPlace.first), is: .okay)
            test.expect(test.flags(of: 20, in: table) == flags)
        }
    }
    suite.test("grant_table_op map: an entry of a frame without memory is a bad page, and not in use afterwards") {
        test in
        test.withGrant { test, table, _ in
            for frame in Few<2, UInt64>([Nowhere.physicalAddress >> 12, 0xFFFF_FFFF]) {
                test.grant(20, .permitAccess, frame, in: table)
                test.expect(test.map(20, at: GrantPlace.first).status, is: .badPage)
                test.expect(test.flags(of: 20, in: table) == .permitAccess)
            }
        }
    }
    suite.test("grant_table_op map: a place beyond all memory is a general error") { test in
        test.withGrant { test, table, _ in
            test.expect(test.map(20, at: 1 << 52).status, is: .generalError)
            test.expect(test.flags(of: 20, in: table) == .permitAccess)
        }
    }
    suite.test("grant_table_op map: elements that are not mapped give EFAULT, a negative count EINVAL, no elements 0") {
        test in
        for operation in Few<4, GrantTableOperation>([.map, .unmap, .copy, .swapReferences]) {
            let number = UInt64(operation.rawValue)
            let place = Nowhere.linearAddress
            test.expect(test.hypercalls.call(.grantTableOperation, number, place, 1), fails: .badAddress)
            test.expect(
                test.hypercalls.call(.grantTableOperation, number, place, 0x8000_0000), fails: .invalidArgument)
            test.expect(test.hypercalls.call(.grantTableOperation, number, place, 0), is: 0)
        }
    }
}

private func grantMapTwice(_ suite: inout Suite) {
    suite.test("grant_table_op map: twice, and the entry is in use until the second mapping ends") { test in
        test.withGrant { test, table, _ in
            let (_, first) = test.map(20, at: GrantPlace.first)
            let (status, second) = test.map(20, at: GrantPlace.second, [.host, .readOnly])
            test.expect(status, is: .okay)
            test.expect(first != second)
            test.expect(test.unmap(first, at: GrantPlace.first), is: .okay)
            test.expect(test.flags(of: 20, in: table) == [.permitAccess, .reading])
            test.expect(Memory.load64(GrantPlace.second), equals: 0x0123_4567_89AB_CDEF)
            test.expect(test.unmap(second, at: GrantPlace.second), is: .okay)
            test.expect(test.flags(of: 20, in: table) == .permitAccess)
        }
    }
    suite.test("grant_table_op map: an entry can be mapped 128 times, not more") { test in
        test.withGrant { test, table, _ in
            var handles: InlineArray<128, UInt32> = InlineArray(repeating: 0)
            for index in 0..<128 {
                let (status, handle) = test.map(20, at: GrantPlace.first &+ UInt64(index) &* 4096)
                test.expect(status, is: .okay)
                handles[index] = handle
            }
            test.expect(test.map(20, at: GrantPlace.first &+ 128 &* 4096).status, is: .generalError)
            for index in 0..<128 {
                let address = GrantPlace.first &+ UInt64(index) &* 4096
                test.expect(test.unmap(handles[index], at: address), is: .okay)
            }
            test.expect(test.flags(of: 20, in: table) == .permitAccess)
        }
    }
    suite.test("grant_table_op map: many elements in one call, each with its own status") { test in
        test.withGrant { test, table, _ in
            var call = GrantTableOperation.Map(
                hostAddress: 0, flags: GrantMapFlags.host.rawValue, reference: GrantReference(rawValue: 20),
                domain: test.guest.identifier)
            var elements: InlineArray<80, GrantTableOperation.Map> = InlineArray(repeating: call)
            for index in 0..<80 {
                elements[index].hostAddress = GrantPlace.first &+ UInt64(index) &* 4096
                if index % 8 == 7 { elements[index].reference = GrantReference(rawValue: 1 << 24) }
            }
            let hypercalls = test.hypercalls
            let result = Memory.withAddress(of: &elements) { hypercalls.call(.grantTableOperation, 0, $0, 80) }
            test.expect(result, is: 0)
            for index in 0..<80 {
                call = elements[index]
                test.expect(GrantStatus(rawValue: call.status), is: index % 8 == 7 ? .badReference : .okay)
                if call.status == 0 { test.expect(test.unmap(call.handle, at: call.hostAddress), is: .okay) }
            }
            test.expect(test.flags(of: 20, in: table) == .permitAccess)
        }
    }
}

private func grantUnmap(_ suite: inout Suite) {
    suite.test("grant_table_op unmap: handles of nothing are bad, ended ones too") { test in
        test.withGrant { test, _, _ in
            test.expect(test.unmap(UInt32.max, at: GrantPlace.first), is: .badHandle)
            let (_, handle) = test.map(20, at: GrantPlace.first)
            test.expect(test.unmap(handle, at: GrantPlace.first), is: .okay)
            test.expect(test.unmap(handle, at: GrantPlace.first), is: .badHandle)
        }
    }
    suite.test("grant_table_op unmap: somewhere else is a general error, address 0 does nothing") { test in
        test.withGrant { test, table, page in
            let (_, handle) = test.map(20, at: GrantPlace.first)
            test.expect(test.unmap(handle, at: GrantPlace.second), is: .generalError)
            test.expect(test.unmap(handle, at: page), is: .generalError)
            test.expect(test.unmap(handle, at: 0), is: .okay)
            test.expect(test.flags(of: 20, in: table).contains(.writing))
            test.expect(test.unmap(handle, at: GrantPlace.first), is: .okay)
        }
    }
    suite.test("hvm_op get_mem_type: a mapping is memory, or memory for reading only") { test in
        test.withGrant { test, _, page in
            for flags in Few<2, GrantMapFlags>([.host, [.host, .readOnly]]) {
                let (status, handle) = test.map(20, at: GrantPlace.first, flags)
                test.expect(status, is: .okay)
                var call = HVMOperation.GetMemoryKind(domain: .caller, guestFrame: GrantPlace.first >> 12)
                test.expect(test.hypercalls.hvm(.getMemoryKind, &call), is: 0)
                test.expect(call.kind, equals: flags == .host ? 0 : 1)
                test.expect(test.unmap(handle, at: GrantPlace.first), is: .okay)
                test.restore(page)
            }
        }
    }
}
