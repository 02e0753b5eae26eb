// SPDX-License-Identifier: MIT

/// A reference to a part of an image (OCI image specification 1.1, "Content Descriptors").
struct ContainerDescriptor: Decodable {
    var mediaType: String?
    var digest: String
    var size: Int64
    var platform: ContainerPlatform?
    var annotations: [String: String]?
}

/// What a program of an image runs on.
struct ContainerPlatform: Decodable {
    var architecture: String
    var os: String
}

/// An index or a manifest: the former has `manifests`, the latter `config` and `layers`.
struct ContainerManifest: Decodable {
    var manifests: [ContainerDescriptor]?
    var config: ContainerDescriptor?
    var layers: [ContainerDescriptor]?
}

/// `manifest.json` of an archive of `docker save`: an image each.
struct DockerArchiveManifest: Decodable {
    var config: String
    var repoTags: [String]?
    var layers: [String]

    private enum CodingKeys: String, CodingKey {
        case config = "Config"
        case repoTags = "RepoTags"
        case layers = "Layers"
    }
}

/// What an image runs, and the digests of its layers as they are when unpacked.
struct ContainerConfiguration: Decodable {
    struct Process: Decodable {
        var entrypoint: [String]?
        var command: [String]?
        var environment: [String]?
        var workingFolder: String?

        private enum CodingKeys: String, CodingKey {
            case entrypoint = "Entrypoint"
            case command = "Cmd"
            case environment = "Env"
            case workingFolder = "WorkingDir"
        }
    }

    struct RootFileSystem: Decodable {
        var layers: [String]

        private enum CodingKeys: String, CodingKey { case layers = "diff_ids" }
    }

    var architecture: String?
    var os: String?
    var process: Process?
    var rootFileSystem: RootFileSystem

    private enum CodingKeys: String, CodingKey {
        case architecture, os
        case process = "config"
        case rootFileSystem = "rootfs"
    }
}
