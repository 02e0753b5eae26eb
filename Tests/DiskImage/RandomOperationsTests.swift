import SeededRandom
import Testing

// SPDX-License-Identifier: MIT
@testable import DiskImage

@Suite("Writing to qcow2 images")
struct RandomOperationsTests {
    /// An image, and the bytes that it must show.
    private struct Model {
        var image: QCOW2Image
        var bytes: [UInt8]
        var snapshots: [String: [UInt8]] = [:]

        mutating func step(_ random: inout SeededRandom) throws {
            let offset = Int.random(in: 0..<bytes.count, using: &random)
            let length = min(bytes.count - offset, [1, 512, 4096, 70000, 300_000].randomElement(using: &random) ?? 0)
            let place = GuestOffset(UInt64(offset))
            switch Int.random(in: 0..<10, using: &random) {
            case 0...4:
                let data = random.noise(length)
                try image.write(data[...], at: place)
                bytes.replaceSubrange(offset..<offset + length, with: data)
            case 5, 6:
                try image.writeZeros(at: place, count: UInt64(length))
                bytes.fill(offset..<offset + length, with: 0)
            case 7: try image.flush()
            case 8: try takeOrApplySnapshot(&random)
            default: try resize(&random)
            }
        }

        private mutating func takeOrApplySnapshot(_ random: inout SeededRandom) throws {
            switch (Int.random(in: 0..<3, using: &random), snapshots.keys.sorted().randomElement(using: &random)) {
            case (1, let name?):
                try image.applySnapshot(name)
                bytes = snapshots[name] ?? []
            case (2, let name?):
                try image.deleteSnapshot(name)
                snapshots[name] = nil
            default:
                guard snapshots.count < 5 else { return }
                let name = "snapshot \(random.next() % 10000)"
                try image.createSnapshot(named: name)
                snapshots[name] = bytes
            }
        }

        private mutating func resize(_ random: inout SeededRandom) throws {
            guard image.header.version >= 3 || snapshots.isEmpty else { return }
            let size = Int.random(in: 1...4000, using: &random) * 512
            try image.resize(to: UInt64(size), shrinks: true, preallocation: .off)
            bytes = Array((bytes + [UInt8](repeating: 0, count: max(0, size - bytes.count))).prefix(size))
        }
    }

    private static let cases = MatrixCase.all.filter { !$0.isCompressed && $0.options.refcountBits >= 8 }

    @Test("random writes, zeros, snapshots and sizes leave what was written, and a clean image", arguments: cases)
    func operations(one: MatrixCase) throws {
        for seed: UInt64 in 1...2 {
            let workspace = try Workspace()
            let path = workspace.file("a.qcow2")
            let size = 700_000 / 512 * 512
            try ImageCreation.create(path, format: .qcow2, size: UInt64(size), options: one.options)
            var model = Model(image: try .open(path), bytes: [UInt8](repeating: 0, count: size))
            var random = SeededRandom(seed: seed)
            for _ in 0..<40 { try model.step(&random) }
            try model.image.close()
            try require(model, at: path, workspace)
        }
    }

    private func require(_ model: Model, at path: String, _ workspace: Workspace) throws {
        let report = try model.image.check()
        #expect(report.isClean, "\(report.problems)")
        #expect(try model.image.read(at: .zero, count: model.bytes.count) == model.bytes)
        for (name, bytes) in model.snapshots {
            let view = try model.image.view(of: name)
            #expect(try view.read(at: .zero, count: bytes.count) == bytes)
        }
        guard QEMUTool.areInstalled else { return }
        try QEMUTool.image.run(["check", "-q", "-U", "-f", "qcow2", path])
        try workspace.write("model.raw", model.bytes)
        try QEMUTool.image.run(["compare", "-q", "-U", "-f", "qcow2", "-F", "raw", path, workspace.file("model.raw")])
    }
}

extension QCOW2Image {
    fileprivate static func open(_ path: String) throws -> QCOW2Image { try ImageOpening.qcow2(path, writes: true) }
}
