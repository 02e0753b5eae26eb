// SPDX-License-Identifier: MIT
import FileTree
import Foundation
import TestFiles
import Testing

@testable import OpticalImage

@Suite("A hostile image")
struct HostileImageTests {
    /// An image with Rock Ridge, and the places in it that tests damage.
    struct Sample {
        let workspace: Workspace
        var bytes: [UInt8]
        let root: Int

        init() throws {
            workspace = try Workspace()
            var tree = try RockRidgeTests.sample()
            try tree.add(
                FileTree.Node(.file(.bytes([7])), FileAttributes(permissions: 0o644)), at: try place("bin/x"))
            try OpticalImage(volumeName: "BAD", tree: tree).write(to: workspace.file("good.iso"))
            let disc = try DiscReader(path: workspace.file("good.iso"))
            bytes = disc.bytes
            root = try disc.record(at: try disc.descriptor() + 156).sector * 2048
        }

        /// Where a record of the root folder begins, by its plain name.
        func record(_ name: String) throws -> Int {
            let disc = try DiscReader(path: workspace.file("good.iso"))
            var offset = root
            while bytes[offset] != 0 {
                if try disc.record(at: offset).name == name { return offset }
                offset += Int(bytes[offset])
            }
            throw DiscReader.Broken(what: "no \(name)")
        }

        mutating func store(_ value: UInt32, bothEndianAt offset: Int) {
            for byte in 0..<4 {
                bytes[offset + byte] = UInt8(truncatingIfNeeded: value >> UInt32(8 * byte))
                bytes[offset + 7 - byte] = bytes[offset + byte]
            }
        }

        /// What the reader says of the damaged image.
        func error(names: OpticalImageReader.Names? = nil) throws -> String {
            try Data(bytes).write(to: URL(fileURLWithPath: workspace.file("bad.iso")))
            do throws(OpticalImageError) {
                _ = try OpticalImageReader(path: workspace.file("bad.iso"), names: names)
                return "nothing"
            } catch {
                return error.description.replacingOccurrences(of: workspace.path + "/", with: "")
            }
        }
    }

    @Test("that is none, or is cut off, is refused")
    func noImage() throws {
        var sample = try Sample()
        sample.bytes[32_769] = 0
        #expect(try sample.error().hasPrefix("bad.iso: not an ISO 9660 image"))
        sample = try Sample()
        sample.bytes = Array(sample.bytes.prefix(40_000))
        #expect(try sample.error().hasPrefix("bad.iso: at byte"))
        sample.bytes = []
        #expect(try sample.error().hasPrefix("bad.iso: not an ISO 9660 image"))
    }

    @Test("with a block size of zero is refused")
    func blockSize() throws {
        var sample = try Sample()
        sample.bytes.replaceSubrange(32_768 + 128..<32_768 + 132, with: [0, 0, 0, 0])
        #expect(
            try sample.error() == "bad.iso: at byte 32896 (0x8080): the block size is 0; it can be 512, 1024 or 2048")
    }

    @Test("whose folder contains itself is refused")
    func circle() throws {
        var sample = try Sample()
        let place = try sample.record("BIN")
        sample.store(UInt32(sample.root / 2048), bothEndianAt: place + 2)
        #expect(try sample.error().contains("at byte \(place + 2) "))
        #expect(try sample.error().contains("the folder /bin lies where another folder lies: a circle"))
    }

    @Test("whose file or folder lies outside of it is refused, whatever the length")
    func outside() throws {
        for (name, field) in [("BIN", "the listing of /bin"), ("BIG.;1", "the data of /big")] {
            for (sector, size) in [(UInt32.max, UInt32(10)), (20, UInt32.max), (UInt32.max, UInt32.max)] {
                var sample = try Sample()
                let place = try sample.record(name)
                sample.store(sector, bothEndianAt: place + 2)
                sample.store(size, bothEndianAt: place + 10)
                let error = try sample.error()
                #expect(error.contains(" \(field) is to lie at bytes"), "\(error)")
            }
        }
    }

    @Test("whose byte orders differ is refused")
    func byteOrders() throws {
        var sample = try Sample()
        let place = try sample.record("BIG.;1")
        sample.bytes[place + 10] ^= 1
        #expect(try sample.error().contains("in one byte order and"))
    }

    @Test("with a record that is too short, or whose name is too long for it, is refused")
    func recordLengths() throws {
        var sample = try Sample()
        let place = try sample.record("BIG.;1")
        sample.bytes[place] = 20
        #expect(try sample.error().contains("a record's length is 20, less than 34"))
        sample = try Sample()
        sample.bytes[place + 32] = 255
        #expect(try sample.error().contains("is cut off by the end of what holds it"))
    }

    @Test("whose names would lead out of the folder is refused", arguments: ["..", "../x", "a/b", "a\0b", "."])
    func names(name: String) throws {
        var sample = try Sample()
        let place = try sample.record("BIG.;1")
        let record = Int(sample.bytes[place])
        // The Rock Ridge name "big" becomes the hostile one, filled up with slashes.
        let all = sample.bytes[place..<place + record]
        let entry = try #require(all.indices.first { all[$0...].starts(with: "NM\u{8}\u{1}\0big".utf8) })
        let bytes = Array((name + "///").utf8.prefix(3))
        sample.bytes.replaceSubrange(entry + 5..<entry + 8, with: bytes)
        #expect(try sample.error().contains("is no file's name"))
    }

    @Test("with continuations in a circle, outside, or endlessly long is refused")
    func continuations() throws {
        let (sector, rule) = (4, 20)
        for (field, value, expected) in [
            (sector, UInt32.max, "is to lie at bytes"), (rule, UInt32.max, "more than 65536"),
        ] {
            var sample = try Sample()
            let own = sample.bytes[sample.root..<sample.root + Int(sample.bytes[sample.root])]
            let entry = try #require(own.indices.first { own[$0...].starts(with: "CE\u{1C}\u{1}".utf8) })
            sample.store(value, bothEndianAt: entry + field)
            #expect(try sample.error().contains(expected))
        }
        var sample = try Sample()
        let own = sample.bytes[sample.root..<sample.root + Int(sample.bytes[sample.root])]
        let entry = try #require(own.indices.first { own[$0...].starts(with: "CE\u{1C}\u{1}".utf8) })
        // The entry points at itself.
        sample.store(UInt32(entry / 2048), bothEndianAt: entry + 4)
        sample.store(UInt32(entry % 2048), bothEndianAt: entry + 12)
        sample.store(28, bothEndianAt: entry + 20)
        #expect(try sample.error().contains("in a circle"))
    }

    @Test("that would unpack to far more than it holds is refused")
    func bomb() throws {
        let workspace = try Workspace()
        var image = try OpticalImage(volumeName: "BOMB")
        for number in 0..<100 { try image.add("/f\(number)", .bytes([UInt8(number)])) }
        try image.write(to: workspace.file("a.iso"))
        var sample = try Sample()
        let disc = try DiscReader(path: workspace.file("a.iso"))
        sample.bytes = disc.bytes
        var offset = try disc.record(at: try disc.descriptor() + 156).sector * 2048
        var step: UInt32 = 0
        while offset < disc.bytes.count, step < 100 {
            if sample.bytes[offset] == 0 {
                offset = (offset / 2048 + 1) * 2048
                continue
            }
            // Each file has the whole image, less a sector more each time.
            if sample.bytes[offset + 25] == 0 {
                sample.store(step, bothEndianAt: offset + 2)
                sample.store(UInt32(disc.bytes.count) - step * 2048, bothEndianAt: offset + 10)
                step += 1
            }
            offset += Int(sample.bytes[offset])
        }
        #expect(try sample.error().contains("16 times as long as the image"))
    }

    /// More damaged images are tried with `APUS_MUTATIONS=NUMBER swift test --filter HostileImage`.
    static let mutationCount = ProcessInfo.processInfo.environment["APUS_MUTATIONS"].flatMap { Int($0) } ?? 1000

    @Test("damaged anywhere gives an error or a tree, never a crash, and unpacks nowhere else")
    func mutations() throws {
        let sample = try Sample()
        let path = sample.workspace.file("bad.iso")
        try Data(sample.bytes).write(to: URL(fileURLWithPath: path))
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        var random = SplitMix(state: 42)
        var readable = 0
        // Mostly the descriptors and listings, which lie at the front.
        let range = 32_768..<min(sample.bytes.count, 32_768 + 60_000)
        for _ in 0..<Self.mutationCount {
            let places = (0..<Int.random(in: 1...6, using: &random)).map { _ in Int.random(in: range, using: &random) }
            for place in places { try file.write([UInt8.random(in: 0...255, using: &random)], at: place) }
            defer { for place in places { try? file.write([sample.bytes[place]], at: place) } }
            guard let reader = try? OpticalImageReader(path: path) else { continue }
            readable += 1
            if readable % 20 == 0 {
                _ = try? reader.tree.unpack(to: sample.workspace.file("out"), preserving: false)
                try? FileManager.default.removeItem(atPath: sample.workspace.file("out"))
            }
        }
        #expect(readable > Self.mutationCount / 30)
        #expect(sample.workspace.names == ["bad.iso", "good.iso"])
    }
}

extension FileHandle {
    fileprivate func write(_ bytes: [UInt8], at offset: Int) throws {
        try seek(toOffset: UInt64(offset))
        try write(contentsOf: Data(bytes))
    }
}

/// A small random number generator whose numbers are the same in every run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
