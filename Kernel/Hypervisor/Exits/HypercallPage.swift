// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

extension PhysicalCPU {
    /// The guest has written the number of one of its pages to the hypercall page register: the page is filled with a stub for
    /// each hypercall, 32 bytes apart: `mov eax, number`, the vendor's hypercall instruction, `ret`. (Xen public header
    /// `arch-x86/cpuid.h`)
    ///
    /// - Throws: `.generalProtection` when the value does not name a page of the guest's own memory.
    func installHypercallPage(_ value: UInt64, for vcpu: VirtualCPU, _ control: Backend.Control) throws(GuestFault) {
        let frame = GuestPhysicalAddress(value).frame
        guard value & 0xFFF == 0, let mapping = vcpu.domain.physicalMap.lookup(frame), mapping.use == .ram,
            mapping.isWritable
        else { throw .generalProtection }
        PhysicalMemory.fill(mapping.frame, with: 0xCCCC_CCCC_CCCC_CCCC)
        for number in 0..<UInt32(HypercallPage.stubCount) {
            let stub = mapping.frame.address.advanced(by: UInt64(number) &* UInt64(HypercallPage.stubSize))
            writeStub(number, at: stub)
        }
        monitor.latchWordSize(of: vcpu.domain, is64Bit: control.isIn64BitCode)
    }

    private func writeStub(_ number: UInt32, at stub: HostPhysicalAddress) {
        if number == HypercallNumber.interruptReturn.rawValue {
            PhysicalMemory.write(UInt16(0x0B0F), at: stub)  // ud2: only classic paravirtualised guests return this way
            return
        }
        PhysicalMemory.write(UInt8(0xB8), at: stub)
        PhysicalMemory.write(number, at: stub.advanced(by: 1))
        let instruction = Backend.hypercallInstruction
        for index in 0..<3 {
            PhysicalMemory.write(instruction[index], at: stub.advanced(by: 5 &+ UInt64(index)))
        }
        PhysicalMemory.write(UInt8(0xC3), at: stub.advanced(by: 8))
    }
}

extension VirtualMachineMonitor {
    /// Fixes the layout of the shared information page to the word size of the code that the domain runs now.
    func latchWordSize(of domain: Domain, is64Bit: Bool) {
        let layout = is64Bit ? SharedInfoLayout.bits64 : .bits32
        if layout != domain.sharedInfo.layout { domain.sharedInfo.use(layout, clock: clock) }
    }
}
