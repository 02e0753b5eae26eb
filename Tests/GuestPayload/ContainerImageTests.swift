// SPDX-License-Identifier: MIT
import FileTree
import Foundation
import TestFiles
import Testing

@testable import GuestPayload

@Suite("A container image")
struct ContainerImageTests {
    /// An OCI image layout, made by hand in a folder.
    struct Layout {
        let workspace: Workspace
        var layers: [[UInt8]]
        var command = "[\"/bin/sh\"]"

        init(layers: [[UInt8]]) throws {
            workspace = try Workspace()
            self.layers = layers
        }

        static func digest(_ bytes: [UInt8]) throws -> ContentDigest { try ContentDigest(of: .bytes(bytes[...])) }

        private func blob(_ bytes: [UInt8]) throws -> String {
            let digest = try Self.digest(bytes)
            try workspace.write(bytes, to: "image/blobs/sha256/\(digest.digits)")
            return "{\"digest\": \"\(digest)\", \"size\": \(bytes.count)}"
        }

        /// Writes the layout and reads the image.
        func read(name: String? = nil) throws(ArchiveError) -> ContainerImage {
            guard (try? write()) != nil else { throw .image("test", rule: "cannot be written") }
            return try load(name: name)
        }

        func write() throws {
            let diffs = try layers.map { "\"\(try Self.digest($0))\"" }.joined(separator: ", ")
            let configuration = """
                {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [\(diffs)]},
                 "config": {"Entrypoint": \(command), "Env": ["A=it's", "BAD-NAME=x"], "WorkingDir": "/tmp"}}
                """
            let blobs = try layers.map { try blob(try packWithZlib($0)) }.joined(separator: ", ")
            let manifest = try blob(
                Array("{\"config\": \(try blob(Array(configuration.utf8))), \"layers\": [\(blobs)]}".utf8))
            try workspace.write("{\"imageLayoutVersion\": \"1.0.0\"}".utf8, to: "image/oci-layout")
            try workspace.write("{\"manifests\": [\(manifest)]}".utf8, to: "image/index.json")
        }

        func load(name: String? = nil) throws(ArchiveError) -> ContainerImage {
            guard case .image(let image) = try FileSource(path: workspace.file("image"), imageName: name) else {
                throw .image("test", rule: "is no image")
            }
            return image
        }

        func problem() throws -> String {
            do throws(ArchiveError) {
                _ = try load()
                return "nothing"
            } catch {
                return error.description
            }
        }
    }

    static func paths(_ tree: FileTree) -> [String] { tree.visits.map(\.path.description) }

    @Test("is what its layers give together: later files win, whiteouts take away")
    func layers() throws {
        let file = TarReaderTests.member
        let lower =
            file("d/", "5", "", []) + file("d/gone", "0", "", [1]) + file("d/keep", "0", "", [2])
            + file("o/x", "0", "", [3])
            + file("o/sub/y", "0", "", [4]) + file("f", "0", "", [5]) + file("usr/lib/", "5", "", [])
            + file("lib", "2", "usr/lib", [])
        let upper =
            file("o/new", "0", "", [6]) + file("d/.wh.gone", "0", "", []) + file("o/.wh..wh..opq", "0", "", [])
            + file("f", "0", "", [7]) + file("lib/z", "0", "", [8]) + file("hard", "1", "d/keep", [])
            + file("d/.wh.not-there", "0", "", [])
        let image = try Layout(layers: [lower, upper]).read()
        #expect(
            Self.paths(image.tree) == [
                "/d", "/d/keep", "/f", "/hard", "/lib", "/o", "/o/new", "/usr", "/usr/lib", "/usr/lib/z",
            ])
        #expect(try image.tree.bytes("f") == [7])
        #expect(try image.tree.bytes("hard") == [2])
        #expect(image.layerCount == 2)
        #expect(image.command == ["/bin/sh"])
        #expect(image.workingFolder == "/tmp")
    }

    @Test("with a damaged, missing or mistaken part is refused")
    func digests() throws {
        let layout = try Layout(layers: [TarReaderTests.member("a", data: [1])])
        try layout.write()
        let folder = layout.workspace.file("image/blobs/sha256")
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let good = try layout.workspace.bytes("image/blobs/sha256/\(name)")
            var bad = good
            bad[bad.count / 2] ^= 1
            try layout.workspace.write(bad, to: "image/blobs/sha256/\(name)")
            #expect(try layout.problem().contains("has the digest"))
            try layout.workspace.write(good + [0], to: "image/blobs/sha256/\(name)")
            #expect(try layout.problem().contains("bytes and should have"))
            try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
            #expect(try layout.problem().contains("lacks the part"))
            try layout.workspace.write(good, to: "image/blobs/sha256/\(name)")
        }
        #expect(try layout.problem() == "nothing")
        try layout.workspace.write("[]".utf8, to: "image/index.json")
        #expect(try layout.problem().contains("is not the JSON that it should be"))
        try layout.workspace.write("{\"manifests\": []}".utf8, to: "image/index.json")
        #expect(try layout.problem().contains("has no such image"))
        let escape = "{\"manifests\": [{\"digest\": \"sha256:../../../../etc/passwd\", \"size\": 1}]}"
        try layout.workspace.write(escape.utf8, to: "image/index.json")
        #expect(try layout.problem().contains("no SHA-256 digest"))
    }

    @Test("whose index names itself is refused")
    func circle() throws {
        let layout = try Layout(layers: [])
        try layout.write()
        // An index of indexes, each a blob that names the next.
        var inner = Array("{\"manifests\": []}".utf8)
        for _ in 0..<8 {
            let digest = try Layout.digest(inner)
            try layout.workspace.write(inner, to: "image/blobs/sha256/\(digest.digits)")
            inner = Array("{\"manifests\": [{\"digest\": \"\(digest)\", \"size\": \(inner.count)}]}".utf8)
        }
        try layout.workspace.write(inner, to: "image/index.json")
        #expect(try layout.problem().contains("without end"))
    }

    @Test("made by umoci is read from a layout, from a tar of it, and from an archive of docker save, all alike")
    func foreignImages() throws {
        guard let umoci = ForeignTool("umoci"), let skopeo = ForeignTool("skopeo"), let tar = ForeignTool("tar") else {
            return
        }
        guard getuid() == 0 else { return print("skipped: umoci needs the superuser to unpack") }
        let workspace = try Workspace()
        func run(_ tool: ForeignTool, _ arguments: [String]) throws {
            _ = try tool.output(arguments, in: workspace.path)
        }
        try run(umoci, ["init", "--layout", "oci"])
        try run(umoci, ["new", "--image", "oci:one"])
        try run(umoci, ["unpack", "--image", "oci:one", "bundle"])
        try workspace.write([1], to: "bundle/rootfs/bin/tool")
        try workspace.write([2], to: "bundle/rootfs/opaque/old")
        try run(umoci, ["repack", "--image", "oci:one", "bundle"])
        try run(umoci, ["unpack", "--image", "oci:one", "second"])
        try FileManager.default.removeItem(atPath: workspace.file("second/rootfs/bin/tool"))
        try FileManager.default.removeItem(atPath: workspace.file("second/rootfs/opaque"))
        try workspace.write([3], to: "second/rootfs/opaque/new")
        try workspace.link("second/rootfs/link", to: "opaque/new")
        try run(umoci, ["repack", "--image", "oci:one", "second"])
        try run(skopeo, ["copy", "-q", "oci:oci:one", "docker-archive:docker.tar:name:tag"])
        try run(tar, ["cf", "oci.tar", "-C", "oci", "."])
        var facts: [[String]] = []
        for (path, name) in [
            ("oci", nil), ("oci", "one"), ("oci.tar", nil), ("docker.tar", nil), ("docker.tar", "name:tag"),
        ] {
            let source = try FileSource(path: workspace.file(path), imageName: name)
            #expect(Self.paths(source.tree) == ["/bin", "/link", "/opaque", "/opaque/new"])
            facts.append(try source.tree.facts)
        }
        #expect(Set(facts).count == 1)
        #expect(throws: ArchiveError.self) { try FileSource(path: workspace.file("docker.tar"), imageName: "other") }
    }
}
