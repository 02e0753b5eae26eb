// SPDX-License-Identifier: MIT

/// Why a manifest is refused: the rule that it breaks, and where.
public struct ManifestError: Error, Equatable, Sendable {
    /// The rule that is broken.
    public let rule: Rule

    /// The offset, in bytes from the start of the manifest, of the field that breaks it.
    public let offset: Int

    /// A plain sentence for the console; it ends without a full stop.
    public var message: StaticString { rule.message }

    init(_ rule: Rule, at offset: Int) {
        self.rule = rule
        self.offset = offset
    }

    /// The rules that `ManifestLayout` states.
    public enum Rule: Equatable, Sendable {
        case noManifest
        case truncated
        case unknownVersion
        case wrongSize
        case wrongDomainCount
        case textOutsideManifest
        case wrongNameLength
        case unprintableName
        case commandLineTooLong
        case zeroInCommandLine
        case noSuchModule
        case wrongMemory
        case wrongVCPUCount
        case wrongWeight
        case wrongCap
    }
}

extension ManifestError.Rule {
    var message: StaticString {
        switch self {
        case .noManifest: "the module is not a manifest"
        case .truncated: "the manifest is truncated: build the image again"
        case .unknownVersion: "the manifest has another version: build the image with the apus command of this kernel"
        case .wrongSize: "the manifest's size field differs from the module's size: build the image again"
        case .wrongDomainCount: "the manifest must name 1 to 64 domains"
        case .textOutsideManifest: "a text lies outside the manifest's text part"
        case .wrongNameLength: "a domain's name must have 1 to 64 bytes"
        case .unprintableName: "a domain's name is not UTF-8, or holds control characters"
        case .commandLineTooLong: "a command line is longer than 4096 bytes"
        case .zeroInCommandLine: "a command line holds a zero byte"
        case .noSuchModule: "a domain names a boot module that is not there: check the boot loader's module list"
        case .wrongMemory: "a domain's memory must be between 1 MiB and 1 TiB"
        case .wrongVCPUCount: "a domain must have 1 to 128 vCPUs"
        case .wrongWeight: "a domain's weight must be between 1 and 65535"
        case .wrongCap: "a domain's cap must be between 0 and 100 for each of its vCPUs"
        }
    }
}
