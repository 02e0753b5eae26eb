// SPDX-License-Identifier: MIT
import Foundation
import TestFiles
import Testing

@testable import OpticalImage

@Suite("A bootable image")
struct BootLoaderTests {
    static let core = OpticalImageTests.pattern(9001, seed: 5)
    static let record = [UInt8](repeating: 0x90, count: 510) + [0x55, 0xAA]

    static func write(to path: String) throws -> DiscReader {
        var image = try OpticalImageTests.sample()
        image.bootLoader = try BootLoader(core: core, masterBootRecord: record)
        try image.write(to: path)
        return try DiscReader(path: path)
    }

    @Test("has an El Torito catalogue whose checksum is right and which leads to the core")
    func elTorito() throws {
        let workspace = try Workspace()
        let disc = try Self.write(to: workspace.file("a.iso"))
        #expect(
            try disc.slice(17 * 2048, 30) == [0] + Array("CD001".utf8) + [1] + Array("EL TORITO SPECIFICATION".utf8))
        let catalogue = try disc.number(17 * 2048 + 71, bytes: 4) * 2048
        let words = try stride(from: 0, to: 32, by: 2).map { try disc.number(catalogue + $0, bytes: 2) }
        #expect(words.reduce(0, +) % 65536 == 0)
        #expect(try disc.number(catalogue + 30, bytes: 2) == 0xAA55)
        #expect(try disc.slice(catalogue + 32, 6) == [0x88, 0, 0, 0, 0, 0])
        #expect(try disc.number(catalogue + 38, bytes: 2) == 4)
        let core = try disc.number(catalogue + 40, bytes: 4) * 2048
        #expect(try disc.slice(core, 8) == Array(Self.core.prefix(8)))
        #expect(try disc.slice(core + 3000, 6001) == Array(Self.core.dropFirst(3000)))
    }

    @Test("tells the core where it lies: boot information table and the block for a start from disk")
    func bootInformation() throws {
        let workspace = try Workspace()
        let disc = try Self.write(to: workspace.file("a.iso"))
        let sector = try disc.number(try disc.number(17 * 2048 + 71, bytes: 4) * 2048 + 40, bytes: 4)
        let core = sector * 2048
        #expect(try disc.number(core + 8, bytes: 4) == 16)
        #expect(try disc.number(core + 12, bytes: 4) == sector)
        #expect(try disc.number(core + 16, bytes: 4) == Self.core.count)
        let words = try stride(from: 64, to: 9004, by: 4).map { try disc.number(core + $0, bytes: 4) }
        #expect(try disc.number(core + 20, bytes: 4) == words.reduce(0, +) & 0xFFFF_FFFF)
        #expect(try disc.number(core + 2548, bytes: 8) == sector * 4 + 5)
    }

    @Test("has a boot record for disks: the core's block, and one active partition over the whole image")
    func masterBootRecord() throws {
        let workspace = try Workspace()
        let disc = try Self.write(to: workspace.file("a.iso"))
        let sector = try disc.number(try disc.number(17 * 2048 + 71, bytes: 4) * 2048 + 40, bytes: 4)
        #expect(try disc.number(0x1B0, bytes: 8) == sector * 4 + 4)
        #expect(try disc.slice(510, 2) == [0x55, 0xAA])
        #expect(try disc.number(0x1BE, bytes: 1) == 0x80)
        #expect(try disc.number(0x1C6, bytes: 4) == 1)
        #expect(try disc.number(0x1CA, bytes: 4) == disc.bytes.count / 512 - 1)
    }

    @Test("refuses a core or a boot record of the wrong shape")
    func wrongShapes() {
        #expect(throws: OpticalImageError.self) { try BootLoader(core: [], masterBootRecord: Self.record) }
        #expect(throws: OpticalImageError.self) { try BootLoader(core: Self.core, masterBootRecord: [0x55, 0xAA]) }
        let unsigned = [UInt8](repeating: 0, count: 512)
        #expect(throws: OpticalImageError.self) { try BootLoader(core: Self.core, masterBootRecord: unsigned) }
    }
}
