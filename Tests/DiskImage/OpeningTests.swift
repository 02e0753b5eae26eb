// SPDX-License-Identifier: MIT
import Foundation
import Testing

@testable import DiskImage

@Suite("Opening images")
struct OpeningTests {
    private func overlay(_ workspace: Workspace, on name: String, format: DiskFormat = .raw) throws -> String {
        var options = CreationOptions()
        options.backing = BackingReference(name: name, format: format)
        let path = workspace.file("overlay.qcow2")
        try ImageCreation.create(path, format: .qcow2, size: 1 << 20, options: options, opening: nil)
        return path
    }

    @Test("a raw disk that begins like qcow2 is not believed (CVE-2026-24708)") func rawWithHeader() throws {
        let workspace = try Workspace()
        try workspace.write("disk.img", try HostileImage(workspace).bytes)
        #expect(throws: DiskImageError.self) { try ImageOpening().open(workspace.file("disk.img")) }
        #expect(try ImageOpening(format: .raw).open(workspace.file("disk.img")).format == .raw)
        #expect(try ImageOpening(format: .qcow2).open(workspace.file("disk.img")).format == .qcow2)
        #expect(try ImageOpening().open(workspace.file("sound.qcow2")).format == .qcow2)
    }

    @Test("a file named qcow2 that is none is not taken for raw") func wrongName() throws {
        let workspace = try Workspace()
        try workspace.write("disk.qcow2", [UInt8](repeating: 1, count: 4096))
        #expect(throws: DiskImageError.self) { try ImageOpening().open(workspace.file("disk.qcow2")) }
    }

    @Test("a backing file in another folder is opened only when that is asked for") func otherFolder() throws {
        let (workspace, other) = (try Workspace(), try Workspace())
        try other.write("secret.raw", [UInt8](repeating: 9, count: 4096))
        let path = try overlay(workspace, on: other.file("secret.raw"))
        #expect(throws: DiskImageError.self) { try ImageOpening().open(path) }
        var opening = ImageOpening()
        opening.backing = .anywhere
        #expect(try opening.open(path).read(at: .zero, count: 3) == [9, 9, 9])
        // A symbolic link in the folder is no way around.
        try FileManager.default.createSymbolicLink(
            atPath: workspace.file("link.raw"), withDestinationPath: other.file("secret.raw"))
        #expect(throws: DiskImageError.self) { try ImageOpening().open(try self.overlay(workspace, on: "link.raw")) }
    }

    @Test("a backing file that is not there is missed, not called foreign") func missingBacking() throws {
        let workspace = try Workspace()
        let path = try overlay(workspace, on: "gone.raw")
        let error = #expect(throws: DiskImageError.self) { try ImageOpening().open(path) }
        #expect(error?.description.contains("\"gone.raw\" is not there") == true)
        #expect(error?.description.contains("apus image rebase -u -b NAME") == true)
    }

    @Test("a disk whose recorded size is no whole number of sectors shows whole ones, as in QEMU") func oddSize() throws
    {
        let workspace = try Workspace()
        let image = try HostileImage(workspace)
        try workspace.write("odd.qcow2", image.with64((24, 1_000_001)))
        #expect(try ImageOpening.qcow2(workspace.file("odd.qcow2")).virtualSize == 999_936)
    }

    @Test("a new image takes the place of the file that a symbolic link leads to, and the link stays") func link()
        throws
    {
        let (workspace, other) = (try Workspace(), try Workspace())
        try other.write("disk.raw", [1, 2, 3])
        try FileManager.default.createSymbolicLink(
            atPath: workspace.file("link.raw"), withDestinationPath: other.file("disk.raw"))
        try ImageCreation.create(workspace.file("link.raw"), format: .raw, size: 4096)
        #expect(try other.read("disk.raw").count == 4096)
        #expect(
            try FileManager.default.destinationOfSymbolicLink(atPath: workspace.file("link.raw"))
                == other.file("disk.raw"))
    }

    @Test("a disk is not converted into itself, whatever its names") func itself() throws {
        let workspace = try Workspace()
        try workspace.write("disk.raw", [UInt8](repeating: 1, count: 4096))
        try FileManager.default.createSymbolicLink(atPath: workspace.file("link"), withDestinationPath: "disk.raw")
        let source = try ImageOpening(format: .raw).open(workspace.file("disk.raw"))
        let error = #expect(throws: DiskImageError.self) {
            try Conversion().run(from: source, to: workspace.file("link"))
        }
        #expect(error?.description.contains("the same file") == true)
        #expect(try workspace.read("disk.raw") == [UInt8](repeating: 1, count: 4096))
    }

    @Test("a backing file without a recorded format is not guessed at") func noFormat() throws {
        let workspace = try Workspace()
        try workspace.write("base.raw", [UInt8](repeating: 9, count: 4096))
        let path = try overlay(workspace, on: "base.raw")
        var opening = ImageOpening()
        opening.writes = true
        let image = try opening.openQCOW2(path)
        image.header.backingFormat = nil
        try image.writeHeader()
        withExtendedLifetime(image) {}
        #expect(throws: DiskImageError.self) { try ImageOpening().open(path) }
        opening.writes = false
        opening.shares = true
        opening.unrecordedBackingFormat = .raw
        #expect(try opening.open(path).read(at: .zero, count: 2) == [9, 9])
    }

    @Test("backing files that form a loop, and names that are no file names") func loops() throws {
        let workspace = try Workspace()
        #expect(throws: DiskImageError.self) {
            try ImageOpening().open(try self.overlay(workspace, on: "overlay.qcow2", format: .qcow2))
        }
        for name in ["json:{}", "nbd://host/x", "file:base.raw"] {
            #expect(throws: DiskImageError.self) { try ImageOpening().open(try self.overlay(workspace, on: name)) }
        }
    }

    @Test("pipes and folders are no images, and opening one does not wait") func oddFiles() throws {
        let workspace = try Workspace()
        // SAFETY: the string lives until the call returns.
        _ = unsafe mkfifo(workspace.file("pipe"), 0o600)
        #expect(throws: DiskImageError.self) { try ImageOpening(format: .raw).open(workspace.file("pipe")) }
        #expect(throws: DiskImageError.self) { try ImageOpening(format: .raw).open(workspace.path) }
    }

    @Test("two writers, or a writer and a reader, keep each other out; two readers do not") func locks() throws {
        let workspace = try Workspace()
        _ = try HostileImage(workspace)
        let path = workspace.file("sound.qcow2")
        do {
            let writer = try ImageOpening.qcow2(path, writes: true)
            #expect(throws: DiskImageError.inUse(file: path)) { try ImageOpening.qcow2(path, writes: true) }
            #expect(throws: DiskImageError.inUse(file: path)) { try ImageOpening.qcow2(path) }
            #expect(throws: DiskImageError.inUse(file: path)) {
                try ImageCreation.create(path, format: .raw, size: 512)
            }
            if QEMUTool.areInstalled {
                #expect(throws: QEMUTool.Failed.self) { try QEMUTool.image.run(["info", path]) }
            }
            withExtendedLifetime(writer) {}
        }
        let reader = try ImageOpening.qcow2(path)
        _ = try ImageOpening.qcow2(path)
        #expect(throws: DiskImageError.inUse(file: path)) { try ImageOpening.qcow2(path, writes: true) }
        if QEMUTool.areInstalled {
            try QEMUTool.image.run(["info", path])
            #expect(throws: QEMUTool.Failed.self) { try QEMUTool.io.run(["-f", "qcow2", "-c", "write 0 512", path]) }
        }
        withExtendedLifetime(reader) {}
    }
}
