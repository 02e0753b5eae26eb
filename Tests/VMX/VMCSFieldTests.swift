// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor
import Testing

@testable import VMX

struct VMCSFieldTests {
    @Test("each field has the encoding of its table and place in the manual", arguments: KnownField.all)
    func encoding(field: KnownField) {
        #expect(field.encoding == field.width.rawValue << 13 | field.kind.rawValue << 10 | field.index << 1)
    }

    @Test("the values of each field are as wide as the field", arguments: KnownField.all)
    func width(field: KnownField) {
        #expect(field.valueSize == field.expectedSize)
    }

    @Test("no two fields have the same encoding")
    func duplicates() {
        #expect(Set(KnownField.all.map(\.encoding)).count == KnownField.all.count)
    }

    @Test("a value is read as it was written, and no bits above its width come along")
    func values() {
        #expect(UInt16(vmcsBits: 0x1_2345) == 0x2345)
        #expect(UInt32(vmcsBits: 0x1_2345_6789) == 0x2345_6789)
        #expect(UInt64(vmcsBits: .max).vmcsBits == .max)
        #expect(CR4(vmcsBits: 0x2020).vmcsBits == 0x2020)
        #expect(EntryControls(vmcsBits: 0xFFFF_FFFF_0000_0200) == .longModeGuest)
        #expect(InterceptedExceptions(vmcsBits: 1 << 33 | 1 << 17).rawValue == 1 << 17)
        #expect(PinBasedControls.virtualNMIs.vmcsBits == 1 << 5)
    }

    @Test("a field is written where it is read, and no other with it")
    func subscripts() {
        let vmcs = RecordedVMCS()
        vmcs[GuestFields.rip] = 0x1234
        #expect(vmcs.read(0x681E) == 0x1234)
        #expect(vmcs[GuestFields.rsp] == 0)
        vmcs[GuestFields.interruptibility] = [.afterMOVSS, .handlingNMI]
        #expect(vmcs.read(0x4824) == 0b1010)
        #expect(vmcs[GuestFields.interruptibility] == [.afterMOVSS, .handlingNMI])
    }
}
