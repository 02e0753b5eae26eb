// SPDX-License-Identifier: MIT
import Architecture
import Testing

struct ExceptionTests {
    @Test("the exceptions with an error code are those of AMD APM vol. 2 table 8-1")
    func errorCodes() {
        let withErrorCode: Set<UInt8> = [8, 10, 11, 12, 13, 14, 17, 21]
        for vector in UInt8.min...UInt8.max {
            guard let exception = Exception(rawValue: vector) else { continue }
            #expect(exception.hasErrorCode == withErrorCode.contains(vector))
        }
    }

    @Test("every exception has a name, and no two the same")
    func names() {
        let exceptions = (UInt8.min...UInt8.max).compactMap { Exception(rawValue: $0) }
        #expect(exceptions.count == 19)
        #expect(Set(exceptions.map { "\($0.name)" }).count == exceptions.count)
    }

    @Test("control bits are where the manual has them")
    func controlBits() {
        #expect(CR0.paging.rawValue == 1 << 31)
        #expect(CR0.writeProtect.rawValue == 1 << 16)
        #expect(CR4.physicalAddressExtension.rawValue == 0x20)
        #expect(CR4.processContextIdentifiers.rawValue == 0x2_0000)
        #expect(CR4.xsave.rawValue == 0x4_0000)
        #expect(EFER.longModeActive.rawValue == 0x400)
        #expect(EFER.secureVirtualMachineEnable.rawValue == 0x1000)
        #expect(RFlags.interruptEnable.rawValue == 0x200)
        #expect(RFlags.virtual8086.rawValue == 0x2_0000)
        #expect(XCR0.avx.rawValue == 4)
    }
}
