// SPDX-License-Identifier: MIT

/// Kernels made by hand: a PVH kernel in ELF form, and a bzImage around it.
enum TestKernel {
    /// A 32-bit PVH kernel at 1 MiB with `size` bytes of code, which look random enough not to vanish when packed.
    static func elf(size: Int = 64) -> [UInt8] {
        var pattern = Array(repeating: UInt8(0x90), count: min(size, 100_000))
        var state: UInt64 = 7
        for index in stride(from: 0, to: pattern.count, by: 5) {
            state = state &* 6_364_136_223_846_793_005 &+ 1
            pattern[index] = UInt8(truncatingIfNeeded: state >> 40)
        }
        var code: [UInt8] = []
        while code.count < size { code += pattern.prefix(size - code.count) }
        let note = number(4) + number(4) + number(18) + Array("Xen\0".utf8) + number(0x10_0000)
        let identification: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        var file = identification + [2, 0, 3, 0] + number(1) + number(0x10_0000) + number(52) + number(0) + number(0)
        file += [52, 0, 32, 0, 2, 0, 40, 0, 0, 0, 0, 0]
        file += header(type: 1, offset: 136, address: 0x10_0000, size: size)
        file += header(type: 4, offset: 116, address: 0, size: 20)
        return file + note + code
    }

    /// A bzImage with `payload`, which is said to unpack to `size` bytes.
    static func bzImage(
        payload: [UInt8], size: Int, setupSectors: UInt8 = 1, version: UInt16 = 0x020F, appendsSize: Bool = true
    ) -> [UInt8] {
        let sectors = setupSectors == 0 ? 4 : Int(setupSectors)
        var file = Array(repeating: UInt8(0), count: (sectors + 1) * 512 + 100)
        let whole = payload + (appendsSize ? number(size) : [])
        file[0x1F1] = setupSectors
        file.replaceSubrange(0x1FE..<0x200, with: [0x55, 0xAA])
        file.replaceSubrange(0x202..<0x206, with: Array("HdrS".utf8))
        file.replaceSubrange(0x206..<0x208, with: number(Int(version)).prefix(2))
        file.replaceSubrange(0x248..<0x24C, with: number(100))
        file.replaceSubrange(0x24C..<0x250, with: number(whole.count))
        return file + whole + Array(repeating: 0xCC, count: 32)
    }

    static func number(_ value: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    private static func header(type: Int, offset: Int, address: Int, size: Int) -> [UInt8] {
        number(type) + number(offset) + number(address) + number(address) + number(size) + number(size) + number(7)
            + number(4)
    }
}
