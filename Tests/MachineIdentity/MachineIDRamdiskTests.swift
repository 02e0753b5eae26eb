// SPDX-License-Identifier: MIT
import FileTree
import Foundation
import GuestPayload
import TestFiles
import Testing

@testable import MachineIdentity

@Suite("A machine identity in an initial ramdisk")
struct MachineIDRamdiskTests {
    /// How a ramdisk may be packed: a program with its arguments, or none.
    static let packers: [[String]] = [
        [], ["gzip", "-c"], ["xz", "-c", "--check=crc32"], ["zstd", "-c", "-q"], ["lz4", "-l", "-c", "-q"],
        ["xz", "-c", "--format=lzma"],
    ]

    static func archive(_ paths: [(String, FileTree.Kind)]) throws -> [UInt8] {
        var tree = FileTree()
        for (path, kind) in paths {
            let node = FileTree.Node(kind, FileAttributes(permissions: kind == .folder ? 0o750 : 0o644))
            try tree.add(node, at: try place(path))
        }
        return try RamdiskWriter(tree).bytes()
    }

    static func write(_ archive: [UInt8], packer: [String], to path: String) throws -> Bool {
        var bytes = archive
        if let program = packer.first {
            guard let packed = try ForeignTool(program)?.output(Array(packer.dropFirst()), input: bytes) else {
                return false
            }
            bytes = packed.output
        }
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return true
    }

    @Test("is added to a ramdisk of any packing, which itself stays as it was", arguments: packers)
    func added(packer: [String]) throws {
        let workspace = try Workspace()
        let path = workspace.file("initramfs")
        let archive = try Self.archive([
            ("etc", .folder), ("etc/hostname", .file(.bytes([0x61]))), ("init", .file(.bytes([1]))),
        ])
        guard try Self.write(archive, packer: packer, to: path) else { return }
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        let store = try MachineIDStore(path: path)
        #expect(throws: MachineIDError.self) { try store.get() }
        let identity = try store.ensure()
        #expect(try store.get() == identity)
        #expect(try store.ensure() == identity)
        let after = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(after.prefix(before.count) == before)
        // Again and again, and it does not grow.
        let new = MachineID()
        try store.set(new)
        #expect(try store.get() == new)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count == after.count)
        let reader = try RamdiskReader(contents: [UInt8](after), name: "after")
        #expect(reader.parts.count == 2)
        #expect(try reader.tree.node("etc").attributes.permissions == 0o750)
    }

    @Test("that is in the archive is read, and one of D-Bus' own is replaced as well")
    func bothPlaces() throws {
        let workspace = try Workspace()
        let path = workspace.file("initramfs")
        let old = FileTree.Kind.file(.bytes(ArraySlice(MachineIDTests.sample.utf8)))
        try Data(try Self.archive([("etc/machine-id", old), ("var/lib/dbus/machine-id", old)]))
            .write(to: URL(fileURLWithPath: path))
        let store = try MachineIDStore(path: path)
        #expect(try store.get().description == MachineIDTests.sample)
        let new = MachineID()
        try store.set(new)
        let reader = try RamdiskReader(contents: [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))), name: "new")
        for place in ["etc/machine-id", "var/lib/dbus/machine-id"] {
            #expect(try reader.tree.bytes(place) == Array("\(new)\n".utf8))
        }
    }

    @Test("the cpio program finds it behind an archive that is not packed")
    func cpio() throws {
        let workspace = try Workspace()
        let path = workspace.file("initramfs")
        try Data(try Self.archive([("init", .file(.bytes([1])))])).write(to: URL(fileURLWithPath: path))
        let identity = try MachineIDStore(path: path).ensure()
        let all = try Data(contentsOf: URL(fileURLWithPath: path))
        let reader = try RamdiskReader(contents: [UInt8](all), name: path)
        let tail = all[try #require(reader.parts.last).range.lowerBound...]
        let arguments = ["-i", "--to-stdout", "--quiet", "etc/machine-id"]
        guard let listed = try ForeignTool("cpio")?.output(arguments, input: [UInt8](tail)) else { return }
        #expect(listed.text == "\(identity)\n")
    }

    @Test("in a damaged ramdisk is an error, and the ramdisk stays as it was")
    func damaged() throws {
        let workspace = try Workspace()
        let path = workspace.file("initramfs")
        var archive = try Self.archive([("init", .file(.bytes([1])))])
        archive[20] = UInt8(ascii: "x")
        try Data(archive).write(to: URL(fileURLWithPath: path))
        #expect(throws: MachineIDError.self) { try MachineIDStore(path: path).ensure() }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(archive))
        #expect(workspace.names == ["initramfs"])
    }
}
