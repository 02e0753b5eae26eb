// SPDX-License-Identifier: MIT
import FileTree
import Foundation

/// The parts of a container image, found by their digests or paths, and checked.
struct ContainerParts {
    private let files: FileTree
    private let source: String

    /// No document of an image is longer, in bytes.
    private static let maximumDocument = 16 << 20
    /// An index may name an index, but not without end.
    private static let maximumDepth = 4
    /// No image has more layers.
    private static let maximumLayers = 512

    init(_ files: FileTree, source: String) {
        self.files = files
        self.source = source
    }

    /// What the image says of itself, and its layers from the lowest on.
    func image(named name: String?) throws(ArchiveError) -> (ContainerConfiguration, layers: [FileContents]) {
        let isLayout = try file("oci-layout") != nil
        if isLayout, let index = try file("index.json") {
            return try image(of: try manifest(try decode(index, "index.json"), named: name, depth: 0))
        }
        guard let list = try file("manifest.json") else {
            throw .image(source, rule: "has neither oci-layout with index.json, nor manifest.json: it is no image")
        }
        return try dockerImage(try decode(list, "manifest.json"), named: name)
    }

    // MARK: OCI image layouts

    /// Follows an index to a manifest.
    private func manifest(
        _ document: ContainerManifest, named name: String?, depth: Int
    ) throws(ArchiveError) -> ContainerManifest {
        guard let all = document.manifests else { return document }
        guard depth < Self.maximumDepth else { throw .image(source, rule: "its indexes name each other without end") }
        var fitting = all.filter { $0.platform.map { $0.os == "linux" && $0.architecture == "amd64" } ?? true }
        if let name, depth == 0 { fitting = fitting.filter { Self.matches($0.annotations, name) } }
        guard let one = fitting.first, fitting.count == 1 else {
            let names = all.compactMap { $0.annotations?["org.opencontainers.image.ref.name"] }
            throw choice(count: fitting.count, names: names)
        }
        return try manifest(try decode(try blob(one), one.digest), named: name, depth: depth + 1)
    }

    private static func matches(_ annotations: [String: String]?, _ name: String) -> Bool {
        let keys = ["org.opencontainers.image.ref.name", "io.containerd.image.name"]
        return keys.contains { annotations?[$0].map { isName(name, of: $0) } ?? false }
    }

    /// A name may leave out the registry: `alpine:3` is `docker.io/library/alpine:3`.
    private static func isName(_ name: String, of full: String) -> Bool { full == name || full.hasSuffix("/\(name)") }

    private func image(of manifest: ContainerManifest) throws(ArchiveError) -> (ContainerConfiguration, [FileContents])
    {
        guard let config = manifest.config, let layers = manifest.layers, layers.count <= Self.maximumLayers else {
            throw .image(source, rule: "a manifest has no config or no layers, or too many of them")
        }
        let configuration: ContainerConfiguration = try decode(try blob(config), config.digest)
        var contents: [FileContents] = []
        for layer in layers { contents.append(try blob(layer)) }
        return (configuration, contents)
    }

    /// A part by its digest, of which length and digest are checked.
    private func blob(_ descriptor: ContainerDescriptor) throws(ArchiveError) -> FileContents {
        guard let digest = ContentDigest(parsing: descriptor.digest) else {
            throw .image(
                source, rule: "names a part \"\(printable(descriptor.digest.utf8))\", which is no SHA-256 digest")
        }
        guard let contents = try file("blobs/sha256/\(digest.digits)") else {
            throw .image(source, rule: "lacks the part \(digest)")
        }
        guard contents.size == descriptor.size else {
            throw .image(
                source, rule: "the part \(digest) has \(contents.size) bytes and should have \(descriptor.size)")
        }
        let actual = try self.digest(of: contents)
        guard actual == digest else { throw .image(source, rule: "the part \(digest) has the digest \(actual)") }
        return contents
    }

    // MARK: Archives of docker save

    private func dockerImage(
        _ images: [DockerArchiveManifest], named name: String?
    ) throws(ArchiveError) -> (ContainerConfiguration, layers: [FileContents]) {
        let fitting =
            name.map { name in images.filter { $0.repoTags?.contains { Self.isName(name, of: $0) } ?? false } }
            ?? images
        guard let image = fitting.first, fitting.count == 1 else {
            throw choice(count: fitting.count, names: images.flatMap { $0.repoTags ?? [] })
        }
        guard let config = try file(image.config), image.layers.count <= Self.maximumLayers else {
            throw .image(source, rule: "lacks \(printable(image.config.utf8)), or has too many layers")
        }
        // The name is the digest: DIGEST.json, or blobs/sha256/DIGEST.
        let stem = image.config.split(separator: "/").last?.split(separator: ".").first.map(String.init) ?? ""
        if let stated = ContentDigest(digits: stem) {
            let actual = try digest(of: config)
            guard actual == stated else { throw .image(source, rule: "the part \(stated) has the digest \(actual)") }
        }
        let configuration: ContainerConfiguration = try decode(config, image.config)
        var layers: [FileContents] = []
        for path in image.layers {
            guard let layer = try file(path) else { throw .image(source, rule: "lacks \(printable(path.utf8))") }
            layers.append(layer)
        }
        return (configuration, layers)
    }

    // MARK: Files

    private func choice(count: Int, names: [String]) -> ArchiveError {
        let list = names.isEmpty ? "" : ": \(names.map { printable($0.utf8) }.joined(separator: ", "))"
        return .image(
            source,
            rule: count == 0
                ? "has no such image for linux on amd64\(list)" : "has \(count) images; say which by its name\(list)")
    }

    /// A file by its path; nil where there is none. Links inside the archive are followed.
    private func file(_ path: String) throws(ArchiveError) -> FileContents? {
        do throws(FileTreeError) {
            guard let place = TreePath(path), let number = try files.resolve(place) else { return nil }
            guard case .file(let contents) = files[number].kind else { return nil }
            return contents
        } catch {
            throw .image(source, rule: error.description)
        }
    }

    /// The digest of a part.
    func digest(of contents: FileContents) throws(ArchiveError) -> ContentDigest {
        do throws(HostFileError) { return try ContentDigest(of: contents) } catch { throw .host(error) }
    }

    private func decode<Document: Decodable>(
        _ contents: FileContents, _ name: String
    ) throws(ArchiveError) -> Document {
        let bytes: [UInt8]
        do throws(HostFileError) { bytes = try contents.all(limit: Self.maximumDocument) } catch { throw .host(error) }
        do { return try JSONDecoder().decode(Document.self, from: Data(bytes)) } catch {
            throw .image(source, rule: "\(printable(name.utf8)) is not the JSON that it should be")
        }
    }
}
