// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// `grant_table_op` setup_table, map, unmap and copy. Where the hypervisor has none of them the tests are skipped.
func grantUse(_ suite: inout Suite) {
    suite.test("grant_table_op setup_table: more frames than there may be give a general error") { test in
        test.withPage { test, page in
            var call = GrantTableOperation.SetupTable(domain: .caller, frameCount: 1 << 20, frameList: page)
            let result = test.hypercalls.grantTable(.setupTable, &call)
            if result == XenError.notImplemented.result { return test.skip("setup_table is not there") }
            test.expect(result, is: 0)
            test.expect(Int64(call.status), is: Int64(GrantStatus.generalError.rawValue))
        }
    }
    suite.test("grant_table_op setup_table: tells where the frames are") { test in
        test.withGrantFrame { test, frame in
            test.withPage { test, list in
                var call = GrantTableOperation.SetupTable(domain: .caller, frameCount: 1, frameList: list)
                let result = test.hypercalls.grantTable(.setupTable, &call)
                if result == XenError.notImplemented.result { return test.skip("setup_table is not there") }
                test.expect(result, is: 0)
                test.expect(Int64(call.status), is: Int64(GrantStatus.okay.rawValue))
                test.expect(Memory.load64(list), equals: frame >> 12)
            }
        }
    }
    suite.test("grant_table_op map: no such domain, no such entry, an entry that grants nothing") { test in
        var call = GrantTableOperation.Map(
            hostAddress: Nowhere.physicalAddress, flags: GrantMapFlags.host.rawValue,
            reference: GrantReference(rawValue: 20), domain: Nowhere.domain)
        let result = test.hypercalls.grantTable(.map, &call)
        if result == XenError.notImplemented.result { return test.skip("map is not there") }
        test.expect(result, is: 0)
        test.expect(Int64(call.status), is: Int64(GrantStatus.badDomain.rawValue))
        call.domain = test.guest.identifier
        test.expect(test.hypercalls.grantTable(.map, &call), is: 0)
        test.expect(Int64(call.status), is: Int64(GrantStatus.generalError.rawValue))
        call.reference = GrantReference(rawValue: 1 << 24)
        test.expect(test.hypercalls.grantTable(.map, &call), is: 0)
        test.expect(Int64(call.status), is: Int64(GrantStatus.badReference.rawValue))
    }
    suite.test("grant_table_op unmap: a handle that names no mapping") { test in
        var call = GrantTableOperation.Unmap(hostAddress: Nowhere.physicalAddress, handle: 0xFFFF)
        let result = test.hypercalls.grantTable(.unmap, &call)
        if result == XenError.notImplemented.result { return test.skip("unmap is not there") }
        test.expect(result, is: 0)
        test.expect(Int64(call.status), is: Int64(GrantStatus.badHandle.rawValue))
    }
    grantCopy(&suite)
}

private func grantCopy(_ suite: inout Suite) {
    suite.test("grant_table_op copy: between two frames of one's own") { test in
        test.withPage { test, from in
            test.withPage { test, to in
                Memory.store64(0x0123_4567_89AB_CDEF, at: from &+ 8)
                var call = test.copy(from, to, offset: 8, length: 8)
                let result = test.hypercalls.grantTable(.copy, &call)
                if result == XenError.notImplemented.result { return test.skip("copy is not there") }
                test.expect(result, is: 0)
                test.expect(Int64(call.status), is: Int64(GrantStatus.okay.rawValue))
                test.expect(Memory.load64(to &+ 8), equals: 0x0123_4567_89AB_CDEF)
                test.expect(Memory.load64(to), equals: 0)
            }
        }
    }
    suite.test("grant_table_op copy: beyond the end of a frame is a bad argument") { test in
        test.withPage { test, page in
            var call = test.copy(page, page, offset: 4090, length: 8)
            let result = test.hypercalls.grantTable(.copy, &call)
            if result == XenError.notImplemented.result { return test.skip("copy is not there") }
            test.expect(result, is: 0)
            test.expect(Int64(call.status), is: Int64(GrantStatus.badCopyArgument.rawValue))
        }
    }
}

extension Test {
    /// A copy between two frames of the guest, at the same offset in both.
    fileprivate func copy(_ from: UInt64, _ to: UInt64, offset: UInt16, length: UInt16) -> GrantTableOperation.Copy {
        GrantTableOperation.Copy(
            source: GrantTableOperation.CopyPointer(target: from >> 12, domain: .caller, offset: offset),
            destination: GrantTableOperation.CopyPointer(target: to >> 12, domain: .caller, offset: offset),
            length: length, flags: 0)
    }
}
