// SPDX-License-Identifier: MIT
import Testing

@testable import Hypervisor

struct AddressSpaceIdentifiersTests {
    @Test("identifiers are handed out once each, from 1 on; the last one is shared by all that come later")
    func inTurn() {
        let identifiers = AddressSpaceIdentifiers(highest: 3)
        #expect((0..<6).map { _ in identifiers.next() } == [1, 2, 3, 3, 3, 3])
        #expect(!identifiers.isShared(1) && !identifiers.isShared(2))
        #expect(identifiers.isShared(3))
    }

    @Test("a processor with a single one shares it from the start; 0, the hypervisor's own, is never handed out")
    func single() {
        for highest in [0, 1] as [UInt32] {
            let identifiers = AddressSpaceIdentifiers(highest: highest)
            #expect((0..<3).map { _ in identifiers.next() } == [1, 1, 1])
            #expect(identifiers.isShared(1))
        }
    }

    @Test("the highest number that there is does not trap, and is not passed")
    func highest() {
        let identifiers = AddressSpaceIdentifiers(highest: .max)
        #expect(identifiers.next() == 1)
        #expect(identifiers.highest == .max)
    }
}
