// SPDX-License-Identifier: MIT

import Building

/// A guest to plan: a small kernel at 1 MiB, unless the test wants it otherwise.
struct TestGuest {
    var memory: UInt64 = 128 << 20
    var imageAddress: UInt64 = 0x10_0000
    var imageSize: UInt64 = 0x2_3456
    var commandLine = Array("console=hvc0 quiet".utf8)
    var modules: [UInt64] = []
    var vCPUCount = 1

    func plan() throws -> StartOfDay {
        var elf = TestELF(isWide: true)
        elf.segments[0].address = imageAddress
        elf.segments[0].memorySize = imageSize
        elf.notes = [TestELF.Note(descriptor: TestELF.littleEndian(imageAddress, 8))]
        var sizes = BoundedList<8, UInt64>(filler: 0)
        for size in modules { sizes.append(size) }
        return try StartOfDay(
            memorySize: memory, image: GuestImage(parsing: elf.bytes.span), commandLineLength: commandLine.count,
            moduleSizes: sizes, vCPUCount: vCPUCount)
    }
}
