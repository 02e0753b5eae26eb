// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor
import Testing

@testable import VMX

/// Port accesses as the exit qualification and the instruction information describe them. (Intel SDM vol. 3C tables 28-5 and
/// 28-9)
struct VMCSPortAccessTests {
    /// A guest in flat 32-bit mode, with a base of its own for each segment register.
    private func makeGuest(_ processor: TestProcessor = TestProcessor()) -> RecordedVMCS {
        let vmcs = RecordedVMCS(processor)
        vmcs.load(.protectedMode(entry: 0x1000))
        for register in GuestFields.SegmentRegister.allCases {
            vmcs[GuestFields.base(register)] = 0xB000 + register.rawValue
        }
        return vmcs
    }

    /// A processor that does not describe INS and OUTS.
    private var terse: TestProcessor {
        var processor = TestProcessor()
        processor.clear(54, in: 0x480)
        return processor
    }

    @Test("OUT to a port: number, size, direction and length of the instruction")
    func output() {
        let vmcs = makeGuest()
        vmcs[ExitFields.qualification] = 0x03F8 << 16
        vmcs[ExitFields.instructionLength] = 2
        let access = vmcs.portAccess
        #expect(access.port == 0x3F8)
        #expect(access.size == 1)
        #expect(!access.isInput && !access.isString && !access.isRepeated)
        #expect(access.instructionLength == 2)
        #expect(access.segmentBase == 0)
    }

    @Test("each size of access is told", arguments: [1, 2, 4] as [UInt8])
    func sizes(size: UInt8) {
        let vmcs = makeGuest()
        vmcs[ExitFields.qualification] = 0xFFFF << 16 | 1 << 6 | 1 << 3 | UInt64(size - 1)
        #expect(vmcs.portAccess.size == size)
        #expect(vmcs.portAccess.port == 0xFFFF)
        #expect(vmcs.portAccess.isInput)
    }

    @Test("REP INS and REP OUTS tell the width of addresses", arguments: [(0, 2), (1, 4), (2, 8)])
    func addressSizes(code: UInt32, width: UInt8) {
        let vmcs = makeGuest()
        vmcs[ExitFields.qualification] = 0x60 << 16 | 1 << 5 | 1 << 4
        vmcs[ExitFields.instructionInformation] = code << 7 | 3 << 15
        #expect(vmcs.portAccess.isString && vmcs.portAccess.isRepeated)
        #expect(vmcs.portAccess.addressSize == width)
    }

    @Test("OUTS reads from the segment that the instruction names", arguments: 0..<6)
    func outputSegment(number: UInt32) {
        let vmcs = makeGuest()
        vmcs[ExitFields.qualification] = 1 << 4
        vmcs[ExitFields.instructionInformation] = 1 << 7 | number << 15
        #expect(vmcs.portAccess.segmentBase == 0xB000 + UInt64(number))
        vmcs.enterLongMode()
        #expect(vmcs.portAccess.segmentBase == (number < 4 ? 0 : 0xB000 + UInt64(number)))
    }

    @Test("INS always writes to ES, which has no base in 64-bit code")
    func inputSegment() {
        let vmcs = makeGuest()
        vmcs[ExitFields.qualification] = 1 << 4 | 1 << 3
        vmcs[ExitFields.instructionInformation] = 1 << 7 | 4 << 15
        #expect(vmcs.portAccess.segmentBase == 0xB000)
        vmcs.enterLongMode()
        #expect(vmcs.portAccess.segmentBase == 0)
    }

    @Test("where the instruction is not described, the width of addresses is the code's, and OUTS reads from DS")
    func undescribed() {
        let vmcs = makeGuest(terse)
        vmcs[ExitFields.qualification] = 1 << 4
        vmcs[ExitFields.instructionInformation] = .max
        #expect(vmcs.portAccess.addressSize == 4)
        #expect(vmcs.portAccess.segmentBase == 0xB003)
        vmcs.enterLongMode()
        #expect(vmcs.portAccess.addressSize == 8)
        #expect(vmcs.portAccess.segmentBase == 0)
    }

    @Test("and in 16-bit code it is two bytes")
    func undescribedIn16BitCode() {
        let vmcs = makeGuest(terse)
        vmcs.load(.realMode(vector: 1))
        vmcs[ExitFields.qualification] = 1 << 4
        #expect(vmcs.portAccess.addressSize == 2)
    }
}
