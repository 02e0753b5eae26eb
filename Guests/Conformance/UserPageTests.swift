// SPDX-License-Identifier: MIT
import Architecture
import CPU
import GuestKit
import XenInterface

/// Arguments of hypercalls in pages of user mode, while SMAP keeps the kernel from them. (Intel SDM vol. 3A §4.6)
func userPages(_ suite: inout Suite) {
    suite.test("hypercall: with SMAP, an argument in a user page gives EFAULT") { test in
        test.withSMAP { test, offset in
            test.expect(test.currentReservation(at: offset, allowing: false), fails: .badAddress)
            test.expect(test.currentReservation(at: 0, allowing: false) > 0)
        }
    }
    suite.test("hypercall: with SMAP and the flag AC, an argument in a user page is read") { test in
        test.withSMAP { test, offset in
            test.expect(test.currentReservation(at: offset, allowing: true) > 0)
        }
    }
    suite.test("hypercall: with SMAP, a buffer in a user page is not written without AC, EFAULT") { test in
        test.withSMAP { test, offset in
            test.withPage { test, page in
                let operation = UInt64(XenVersionOperation.extraVersion.rawValue)
                test.expect(test.hypercalls.call(.xenVersion, operation, page &+ offset), fails: .badAddress)
                test.expect(Memory.load64(page), equals: 0)
                test.expect(test.hypercalls.call(.xenVersion, operation, page), is: 0)
            }
        }
    }
}

extension Test {
    /// `memory_op` current_reservation, whose argument is at an address `offset` bytes above its own.
    ///
    /// - Parameter isAllowed: whether the flag AC lets the kernel access user pages.
    fileprivate func currentReservation(at offset: UInt64, allowing isAllowed: Bool) -> Int64 {
        var domain = DomainIdentifier.caller
        let hypercalls = hypercalls
        return Memory.withAddress(of: &domain) { place in
            if isAllowed { UserPages.allow() }
            let result = hypercalls.call(
                .memoryOperation, UInt64(MemoryOperation.currentReservation.rawValue), place &+ offset)
            if isAllowed { UserPages.forbid() }
            return result
        }
    }

    /// Calls `body` with SMAP on. The guest's memory is the kernel's then, and again user mode's, so many bytes higher.
    fileprivate mutating func withSMAP(_ body: (inout Test, _ offset: UInt64) -> Void) {
        guard Processor.identify(7).ebx & 1 << 20 != 0 else { return skip("the processor has no SMAP") }
        let root = cpu_read_cr3()
        let whole = Memory.load64(root)
        Memory.store64(whole, at: root &+ 8)
        Memory.store64(whole & ~PageTableEntry.user.rawValue, at: root)
        cpu_write_cr3(root)
        cpu_write_cr4(cpu_read_cr4() | CR4.supervisorAccessPrevention.rawValue)
        body(&self, 1 << 39)
        cpu_write_cr4(cpu_read_cr4() & ~CR4.supervisorAccessPrevention.rawValue)
        Memory.store64(whole, at: root)
        Memory.store64(0, at: root &+ 8)
        cpu_write_cr3(root)
    }
}
