// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor
import Testing

@testable import SVM

/// From the codes of AMD APM vol. 2 appendix C to the neutral `Exit`.
struct VMCBExitTests {
    let test = TestVMCB()

    private func decode(_ code: UInt64, _ first: UInt64 = 0, _ second: UInt64 = 0) -> Exit {
        test.vmcb.control.exitCode = code
        test.vmcb.control.exitInformation1 = first
        test.vmcb.control.exitInformation2 = second
        return test.vmcb.exit
    }

    @Test(
        "each code that is asked for has its meaning",
        arguments: [
            (0x81, .hypercall), (0x72, .cpuid), (0x78, .halt), (0x7B, .portIO), (0x400, .nestedPageFault),
            (0x60, .physicalInterrupt), (0x61, .physicalNonMaskableInterrupt), (0x64, .interruptWindow),
            (0x74, .interruptWindow),
            (0x8D, .setExtendedControl), (0x37, .writeDebugControl), (0x14, .writeCR4), (0x76, .invalidateCaches),
            (0x89, .invalidateCaches), (0x7F, .tripleFault),
            (.max, .invalidState), (0xFFFF_FFFF, .invalidState),
        ] as [(UInt64, Exit)])
    func codes(code: UInt64, exit: Exit) {
        #expect(decode(code) == exit)
    }

    @Test("reading and writing a model-specific register are told apart")
    func msr() {
        #expect(decode(0x7C, 0) == .readMSR)
        #expect(decode(0x7C, 1) == .writeMSR)
    }

    @Test("instructions of SVM and others that guests do not have are undefined")
    func undefined() {
        for code in [0x6F, 0x7A, 0x80, 0x82, 0x83, 0x84, 0x85, 0x86, 0x8A, 0x8B, 0x8C] as [UInt64] {
            #expect(decode(code) == .undefinedInstruction)
        }
    }

    @Test("each of the 32 exceptions is an exception with its vector and error code")
    func exceptions() {
        for vector in UInt64(0)..<32 {
            #expect(decode(0x40 + vector, 0x1_0000_0005) == .exception)
            #expect(test.vmcb.exception.vector == UInt8(vector))
            #expect(test.vmcb.exception.errorCode == 5)
        }
    }

    @Test("all other codes are unexpected, and the code is told")
    func unexpected() {
        let known: Set<UInt64> = Set([
            0x14, 0x37, 0x60, 0x61, 0x64, 0x6F, 0x72, 0x74, 0x76, 0x78, 0x7A, 0x7B, 0x7C, 0x7F,
        ])
        .union(
            [0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x89, 0x8A, 0x8B, 0x8C, 0x8D, 0x400]
        ).union(0x40...0x5F)
        for code in UInt64(0)...0x500 where !known.contains(code) {
            #expect(decode(code) == .unexpected)
            #expect(test.vmcb.exitCode == code)
        }
    }

    @Test("a nested page fault tells the address")
    func nestedPageFault() {
        #expect(decode(0x400, 0x1_0000_0006, 0xFED0_0123) == .nestedPageFault)
        #expect(test.vmcb.faultAddress == GuestPhysicalAddress(0xFED0_0123))
    }

    @Test("OUT to a port: number, size, direction and length of the instruction")
    func output() {
        test.vmcb.state.rip = 0x1000
        _ = decode(0x7B, 0x03F8 << 16 | 1 << 4, 0x1002)
        let access = test.vmcb.portAccess
        #expect(access.port == 0x3F8)
        #expect(access.size == 1)
        #expect(!access.isInput && !access.isString && !access.isRepeated)
        #expect(access.instructionLength == 2)
    }

    @Test("each size of access is told", arguments: [1, 2, 4] as [UInt8])
    func sizes(size: UInt8) {
        _ = decode(0x7B, 0xFFFF << 16 | UInt64(size) << 4 | 1, 1)
        #expect(test.vmcb.portAccess.size == size)
        #expect(test.vmcb.portAccess.port == 0xFFFF)
        #expect(test.vmcb.portAccess.isInput)
    }

    @Test(
        "REP INS and REP OUTS: the width of addresses, and the segment's base outside of 64-bit code",
        arguments: [
            (7, 2), (8, 4), (9, 8),
        ] as [(UInt64, UInt8)])
    func strings(bit: UInt64, width: UInt8) {
        test.vmcb.load(.protectedMode(entry: 0x1000))
        test.vmcb.state.es.base = 0xE000
        test.vmcb.state.ds.base = 0xD000
        _ = decode(0x7B, 0x60 << 16 | 1 << bit | 1 << 4 | 1 << 3 | 1 << 2 | 1, 0x1002)
        #expect(test.vmcb.portAccess.isString)
        #expect(test.vmcb.portAccess.isRepeated)
        #expect(test.vmcb.portAccess.addressSize == width)
        #expect(test.vmcb.portAccess.segmentBase == 0xE000)
        _ = decode(0x7B, 0x60 << 16 | 1 << bit | 1 << 4 | 1 << 3 | 1 << 2, 0x1002)
        #expect(test.vmcb.portAccess.segmentBase == 0xD000)
        test.vmcb.state.efer.insert(.longModeActive)
        test.vmcb.state.cs.attributes = SegmentAttributes(rawValue: 0xA9B)
        #expect(test.vmcb.portAccess.segmentBase == 0)
    }

    @Test("where the width of addresses is not told, it is that of the code")
    func codeWidth() {
        test.vmcb.load(.protectedMode(entry: 0))
        _ = decode(0x7B, 0x60 << 16 | 1 << 4 | 1 << 2, 1)
        #expect(test.vmcb.portAccess.addressSize == 4)
        test.vmcb.state.cs.attributes.remove(.default32)
        #expect(test.vmcb.portAccess.addressSize == 2)
        test.vmcb.state.cs.attributes.insert(.long)
        test.vmcb.state.efer.insert(.longModeActive)
        #expect(test.vmcb.portAccess.addressSize == 8)
    }
}
