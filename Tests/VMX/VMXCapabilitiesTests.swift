// SPDX-License-Identifier: MIT
import Testing

@testable import VMX

/// The capability registers. (Intel SDM vol. 3D appendix A)
struct VMXCapabilitiesTests {
    @Test("the basic register tells the revision, without its highest bit, and whether INS and OUTS are described")
    func basic() {
        var processor = TestProcessor()
        processor.registers[0x480] = 1 << 54 | 0xFFFF_FFFF
        #expect(processor.capabilities.revisionIdentifier == 0x7FFF_FFFF)
        #expect(processor.capabilities.describesStringIO)
        processor.registers[0x480] = 1 << 55 | 7
        #expect(processor.capabilities.revisionIdentifier == 7)
        #expect(!processor.capabilities.describesStringIO)
    }

    @Test("where there are true registers, they are asked, and otherwise the old ones")
    func trueRegisters() {
        var processor = TestProcessor()
        for (index, register) in [0x481, 0x482, 0x483, 0x484].enumerated() {
            processor.registers[UInt32(register)] = 0xFFFF_FFFF_0000_0000 | UInt64(index + 1)
            processor.registers[UInt32(register) + 12] = 0xFFFF_FFFF_0000_0000 | UInt64(index + 11)
        }
        let modern = processor.capabilities
        #expect(modern.pinBased.required == 11 && modern.processorBased.required == 12)
        #expect(modern.exit.required == 13 && modern.entry.required == 14)
        processor.clear(55, in: 0x480)
        let old = processor.capabilities
        #expect(old.pinBased.required == 1 && old.processorBased.required == 2)
        #expect(old.exit.required == 3 && old.entry.required == 4)
    }

    @Test("registers that a processor may lack are only asked where it has them: reading them would be an exception")
    func absentRegisters() {
        func asked(_ processor: TestProcessor) -> Set<UInt32> {
            var indices: Set<UInt32> = []
            _ = VMXCapabilities(physicalAddressWidth: 36) { index in
                indices.insert(index)
                return processor.registers[index] ?? 0
            }
            return indices
        }
        var processor = TestProcessor()
        let common: Set<UInt32> = [0x480, 0x486, 0x487, 0x488, 0x489]
        #expect(asked(processor) == common.union([0x48D, 0x48E, 0x48F, 0x490, 0x48B, 0x48C]))
        processor.forbid(1, in: 0x48B)
        #expect(asked(processor) == common.union([0x48D, 0x48E, 0x48F, 0x490, 0x48B]))
        processor.forbid(31, in: 0x48E)
        #expect(asked(processor) == common.union([0x48D, 0x48E, 0x48F, 0x490]))
        processor = TestProcessor()
        processor.clear(55, in: 0x480)
        processor.forbid(31, in: 0x482)
        #expect(asked(processor) == common.union([0x481, 0x482, 0x483, 0x484]))
        #expect(processor.capabilities.secondary.possible == 0)
        #expect(processor.capabilities.extendedPaging == [])
    }

    @Test("a control accepts what has every required bit and none that is impossible")
    func accepts() {
        let allowed = VMXCapabilities.Allowed(0x0000_00F3_0000_0011)
        #expect(allowed.required == 0x11 && allowed.possible == 0xF3)
        for value in [0x11, 0x13, 0xF3] as [UInt32] { #expect(allowed.accepts(value)) }
        for value in [0, 0x01, 0x10, 0x15, 0x111] as [UInt32] { #expect(!allowed.accepts(value)) }
    }

    @Test("CR0 needs its required bits, but for those that are free, and no impossible ones at all")
    func cr0() {
        let capabilities = TestProcessor().capabilities
        #expect(capabilities.acceptsCR0(0x8000_0021))
        #expect(!capabilities.acceptsCR0(0x20))
        #expect(capabilities.acceptsCR0(0x20, except: 0x8000_0001))
        #expect(!capabilities.acceptsCR0(0, except: 0x8000_0001))
        #expect(!capabilities.acceptsCR0(1 << 32 | 0x8000_0021))
        #expect(!capabilities.acceptsCR0(1 << 32 | 0x20, except: 0x8000_0001))
    }

    @Test("CR4 needs its required bits and no impossible ones")
    func cr4() {
        let capabilities = TestProcessor().capabilities
        #expect(capabilities.acceptsCR4(0x2020))
        #expect(!capabilities.acceptsCR4(0x20))
        #expect(!capabilities.acceptsCR4(0x2000 | 1 << 63))
    }

    @Test(
        "features of extended paging have their bits",
        arguments: [
            (.fourLevels, 6), (.writeBack, 14), (.largePages, 16), (.invept, 20), (.inveptSingle, 25),
            (.inveptAll, 26), (.invvpid, 32), (.invvpidSingle, 41), (.invvpidAll, 42),
        ] as [(ExtendedPagingFeatures, UInt64)])
    func extendedPaging(feature: ExtendedPagingFeatures, bit: UInt64) {
        #expect(feature.rawValue == 1 << bit)
    }
}
