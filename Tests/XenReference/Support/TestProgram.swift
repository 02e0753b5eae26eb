// SPDX-License-Identifier: MIT

/// The least ELF file that names the libraries which it needs: one segment that is loaded, and one with the dynamic section in it.
enum TestProgram {
    static func bytes(needing libraries: [String]) -> [UInt8] {
        let sectionStart = 64 + 2 * 56
        let stringsStart = sectionStart + (libraries.count + 2) * 16
        var strings: [UInt8] = [0]
        var entries: [UInt64] = []
        for library in libraries {
            entries += [1, UInt64(strings.count)]
            strings += Array(library.utf8) + [0]
        }
        // The addresses are those of the file and 0x1000 more.
        entries += [5, UInt64(stringsStart + 0x1000), 0, 0]
        let size = UInt64(stringsStart + strings.count)
        var file: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + Array(repeating: 0, count: 9)
        file += words([0, 0, 64, 0]) + [0, 0, 0, 0, 64, 0, 56, 0, 2, 0, 0, 0, 0, 0, 0, 0]
        file += words([1, 0, 0x1000, 0x1000, size, size, 4096])
        let section = UInt64(sectionStart)
        let length = UInt64(entries.count * 8)
        file += words([2, section, section + 0x1000, section + 0x1000, length, length, 8])
        return file + words(entries) + strings
    }

    private static func words(_ values: [UInt64]) -> [UInt8] {
        values.flatMap { value in (0..<8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
    }
}
