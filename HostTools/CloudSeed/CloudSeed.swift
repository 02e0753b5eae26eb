// SPDX-License-Identifier: MIT
import FileTree
import OpticalImage

/// A seed for cloud-init's data source NoCloud: a disc named `cidata` with the files that configure a guest's first start.
///
/// Source: cloud-init's documentation, "NoCloud".
public struct CloudSeed: Sendable {
    /// The files of a seed, by their names on the disc.
    public enum Part: String, Sendable, CaseIterable {
        case userData = "user-data"
        case metaData = "meta-data"
        case networkConfiguration = "network-config"
        case vendorData = "vendor-data"
    }

    /// The disc's name, by which cloud-init finds it.
    public static let volumeName = "cidata"

    /// No part is longer, in bytes.
    public static let maximumSize = 1 << 20

    private let parts: [Part: [UInt8]]

    /// Checks the parts.
    /// - Parameters:
    ///   - parts: what each holds; user-data and meta-data have to be there.
    ///   - names: how messages call them.
    /// - Throws: naming the part, the line where there is one, and what cloud-init would not understand.
    public init(parts: [Part: [UInt8]], names: [Part: String] = [:]) throws(CloudSeedError) {
        for part in Part.allCases {
            guard let contents = parts[part] else {
                guard part != .userData, part != .metaData else { throw CloudSeedError(part.rawValue, "is missing") }
                continue
            }
            do throws(SeedRule) {
                guard contents.count <= Self.maximumSize else { throw SeedRule("is larger than 1 MiB") }
                switch part {
                case .userData, .vendorData: try UserData.check(contents)
                case .metaData: try MetaData.check(contents)
                case .networkConfiguration: try NetworkConfiguration.check(contents)
                }
            } catch {
                throw CloudSeedError(names[part] ?? part.rawValue, error.text, line: error.line)
            }
        }
        self.parts = parts
    }

    /// The disc, with Joliet and Rock Ridge names.
    public func image() throws(OpticalImageError) -> OpticalImage {
        var image = try OpticalImage(volumeName: Self.volumeName)
        for part in Part.allCases {
            if let contents = parts[part] { try image.add("/\(part.rawValue)", .bytes(contents[...])) }
        }
        return image
    }
}

/// Why something is no part of a seed.
public struct CloudSeedError: Error, Equatable, CustomStringConvertible, Sendable {
    /// The file, as the user named it.
    public let file: String
    /// The line, counted from 1, where it can be told.
    public let line: Int?
    /// What is wrong, and what to do.
    public let rule: String

    init(_ file: String, _ rule: String, line: Int? = nil) {
        self.file = file
        self.rule = rule
        self.line = line
    }

    /// `file:line: what is wrong`.
    public var description: String { line.map { "\(file):\($0): \(rule)" } ?? "\(file): \(rule)" }
}

/// A rule that a part of a seed breaks.
struct SeedRule: Error {
    let text: String
    var line: Int?

    init(_ text: String, line: Int? = nil) {
        self.text = text
        self.line = line
    }
}
