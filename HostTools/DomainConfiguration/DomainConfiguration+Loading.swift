// SPDX-License-Identifier: MIT

import Foundation

/// A configuration that was read from a file, with what its author ought to know.
public struct LoadedConfiguration: Sendable {
    /// What the file says.
    public let domain: DomainConfiguration

    /// Settings that were ignored or filled in, in the order of the file. None of them stops the build.
    public let warnings: [ConfigurationProblem]
}

extension DomainConfiguration {
    /// No configuration is larger, in bytes.
    private static let maximumFileSize = 1 << 20

    /// Reads a configuration in the `xl.cfg` subset: `name`, `type`, `kernel`, `ramdisk`, `cmdline`, `root`, `extra`,
    /// `memory`, `vcpus`, `maxvcpus`, `uuid`, `cpu_weight` and `cap`.
    ///
    /// - Parameters:
    ///   - path: the file, absolute or relative to `directory`.
    ///   - directory: where relative paths start, as they do for `xl`. A kernel or ramdisk that is not there is
    ///     looked for beside the configuration file.
    /// - Throws: `ConfigurationProblem`, naming file, line and column.
    public static func load(
        path: String, directory: String = FileManager.default.currentDirectoryPath
    ) throws(ConfigurationProblem) -> LoadedConfiguration {
        let place = URL(fileURLWithPath: path, relativeTo: URL(fileURLWithPath: directory, isDirectory: true))
        let start = SourcePosition(file: path, line: 1, column: 1)
        let contents: Data?
        do {
            contents = try FileHandle(forReadingFrom: place).read(upToCount: maximumFileSize + 1)
        } catch {
            throw ConfigurationProblem("cannot be read", advice: "check the path and its permissions", at: start)
        }
        guard let contents, contents.count <= maximumFileSize else {
            throw ConfigurationProblem(
                contents == nil ? "the file is empty" : "the file is larger than 1 MiB",
                advice: "give a configuration in the form of xl.cfg", at: start)
        }
        let folders = [directory, place.deletingLastPathComponent().path]
        return try parse(Array(contents), file: path, folders: folders)
    }

    /// Reads the configuration in `bytes`, which messages call `file`.
    ///
    /// - Parameter folders: where kernel and ramdisk are looked for, in this order.
    static func parse(
        _ bytes: [UInt8], file: String, folders: [String]
    ) throws(ConfigurationProblem) -> LoadedConfiguration {
        var reader = try SettingsReader(file: file, bytes: bytes)
        let name = try reader.name()
        try reader.checkType()
        let vCPUCount = try reader.vCPUCount()
        let domain = DomainConfiguration(
            name: name,
            kernel: try reader.kernel(in: folders),
            ramdisk: try reader.path("ramdisk", in: folders),
            commandLine: try reader.commandLine(),
            memory: try reader.memory(),
            vCPUCount: vCPUCount,
            uuid: try reader.uuid(),
            weight: try reader.weight(),
            cap: try reader.cap(vCPUCount: vCPUCount))
        return LoadedConfiguration(domain: domain, warnings: reader.allWarnings)
    }
}
