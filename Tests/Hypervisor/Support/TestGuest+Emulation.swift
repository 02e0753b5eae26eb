// SPDX-License-Identifier: MIT
import Architecture
import CPU

@testable import Hypervisor

/// Instructions that touch memory which is not there, as a guest executes them.
extension TestGuest {
    /// Where the instruction lies.
    static let codePlace: UInt64 = 0x3_0000
    /// Memory that no domain has.
    static let nowhere: UInt64 = 0xFED0_0000

    /// Lets the guest execute an instruction, which exits because of the page it has touched.
    func emulate(_ bytes: [UInt8], at place: UInt64 = codePlace, touching address: UInt64 = nowhere) throws {
        try write(bytes + [0xCC], at: place)
        control.instructionPointer = place
        control.faultAddress = GuestPhysicalAddress(address)
        exit(.nestedPageFault)
    }

    /// The exception that the guest gets at its next entry; nil for none.
    func takeException() -> EventInjection? {
        enter()
        return control.deliver()
    }
}
