// SPDX-License-Identifier: MIT
import CPU
import GuestKit
import XenInterface

/// Prints what the processor looks like from within a domain: a line for each leaf of CPUID and for each model-specific register
/// that can be read or written. The assembly calls it.
@c(guest_main)
public func survey(_ startInfo: UInt64) {
    var guest = Guest(startInfo: startInfo)
    for leaf in 0...0x20 as ClosedRange<UInt32> { leaves(leaf, &guest) }
    for leaf in 0x4000_0000...0x4000_0006 as ClosedRange<UInt32> { leaves(leaf, &guest) }
    for leaf in 0x8000_0000...0x8000_0022 as ClosedRange<UInt32> { leaves(leaf, &guest) }
    for (first, last) in Few<4, (UInt32, UInt32)>([
        (0, 0x1FFF), (0x4000_0000, 0x4000_01FF), (0xC000_0000, 0xC000_1FFF), (0xC001_0000, 0xC001_1FFF),
    ]) {
        for register in first...last { inspect(register, &guest) }
    }
    surveyMemory(&guest)
    surveyStore(&guest)
    guest.hypercalls.shutDown(.powerOff)
}

private func leaves(_ leaf: UInt32, _ guest: inout Guest) {
    let subleaves: UInt32 =
        switch leaf {
        case 4, 0xB, 0xD, 0x8000_001D: 9
        case 7, 0xF, 0x10, 0x12, 0x14, 0x4000_0003, 0x4000_0004: 2
        default: 0
        }
    for subleaf in 0...subleaves {
        let result = Processor.identify(leaf, subleaf)
        if result.eax | result.ebx | result.ecx | result.edx == 0 && subleaf > 0 { continue }
        guest.console.write("# cpuid ")
        for value in Few<6, UInt32>([leaf, subleaf, result.eax, result.ebx, result.ecx, result.edx]) {
            guest.console.write(hexadecimal: UInt64(value))
            guest.console.write(" ")
        }
        guest.console.endLine()
    }
}

private func inspect(_ register: UInt32, _ guest: inout Guest) {
    let read = Probe.readMSR(register)
    let isWritten =
        register == 0x4000_0000 ? false : Probe.writeMSR(register, read.value ?? 0) == nil
    guard read.value != nil || isWritten else { return }
    guest.console.write("# msr ")
    guest.console.write(hexadecimal: UInt64(register))
    guest.console.write(" ")
    if let value = read.value { guest.console.write(hexadecimal: value) } else { guest.console.write("fault") }
    guest.console.write(isWritten ? " written" : " read-only")
    guest.console.endLine()
}

/// Prints each range of the memory map: start, size and kind; and where the ACPI root pointer lies.
private func surveyMemory(_ guest: inout Guest) {
    let map = guest.startInfo.memoryMap
    for index in 0..<UInt64(guest.startInfo.memoryMapCount) {
        guest.console.write("# memory ")
        for offset in Few<3, UInt64>([0, 8, 16]) {
            guest.console.write(hexadecimal: Memory.load64(map &+ index &* 24 &+ offset))
            guest.console.write(" ")
        }
        guest.console.endLine()
    }
    guest.console.write("# acpi ")
    guest.console.write(hexadecimal: guest.startInfo.rootSystemDescription)
    guest.console.endLine()
}
