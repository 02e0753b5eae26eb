// SPDX-License-Identifier: MIT
import Testing

@testable import DiskImage

@Suite("Internal snapshots")
struct SnapshotTests {
    private func image(_ workspace: Workspace, snapshots: [String]) throws -> QCOW2Image {
        let path = workspace.file("a.qcow2")
        try ImageCreation.create(path, format: .qcow2, size: 1 << 20)
        let image = try ImageOpening.qcow2(path, writes: true)
        for name in snapshots { try image.createSnapshot(named: name) }
        return image
    }

    @Test("deleting looks for the name first, as QEMU does: the ID of one may be the name of another")
    func deleteByName() throws {
        let workspace = try Workspace()
        let image = try image(workspace, snapshots: ["2", "other", "third"])
        try image.deleteSnapshot("2")
        #expect(try image.snapshots().map(\.name) == ["other", "third"])
        try image.deleteSnapshot("2")
        #expect(try image.snapshots().map(\.name) == ["third"])
        #expect(throws: DiskImageError.self) { try image.deleteSnapshot("2") }
    }

    @Test("a snapshot is read with the size that the disk had then")
    func sizes() throws {
        let workspace = try Workspace()
        let image = try image(workspace, snapshots: ["large"])
        try image.resize(to: 4096, shrinks: true, preallocation: .off)
        #expect(try image.view(of: "large").virtualSize == 1 << 20)
        #expect(image.virtualSize == 4096)
    }
}
