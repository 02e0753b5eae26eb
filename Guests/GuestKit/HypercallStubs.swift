// SPDX-License-Identifier: MIT
import CPU
import Instructions
import XenInterface

/// The second way to the hypervisor: the page of stubs that it writes when an MSR names the page.
public struct HypercallStubs: Sendable {
    /// Where the page lies.
    public let page: UInt64

    /// Has the stubs written to `page`, and answers `nil` if that raises an exception.
    public init?(page: UInt64) {
        guard Probe.writeMSR(HypercallPage.modelSpecificRegister, page) == nil else { return nil }
        self.page = page
    }

    /// A hypercall through its stub.
    public func call(
        _ number: HypercallNumber, _ first: UInt64 = 0, _ second: UInt64 = 0, _ third: UInt64 = 0
    ) -> Int64 {
        let stub = page &+ UInt64(number.rawValue) &* UInt64(HypercallPage.stubSize)
        return guest_call_stub(stub, first, second, third)
    }
}
