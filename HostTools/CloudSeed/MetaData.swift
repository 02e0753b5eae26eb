// SPDX-License-Identifier: MIT

/// What cloud-init takes as meta-data: a mapping with an identity, whose change tells it that the guest is a new one.
enum MetaData {
    static func check(_ contents: [UInt8]) throws(SeedRule) {
        guard let root = try SeedYAML.root(try SeedYAML.text(contents)), root.isMapping else {
            throw SeedRule("is no mapping; write a line like instance-id: guest-1")
        }
        guard let identity = root.value("instance-id")?.scalar, !identity.isEmpty else {
            throw SeedRule("has no instance-id; add a line like instance-id: guest-1")
        }
    }
}

/// What cloud-init takes as network-config: version 1 with a list, or version 2, perhaps below `network`.
enum NetworkConfiguration {
    static func check(_ contents: [UInt8]) throws(SeedRule) {
        guard let document = try SeedYAML.root(try SeedYAML.text(contents)), document.isMapping else {
            throw SeedRule("is no mapping; write a line like version: 2")
        }
        let root = document.value("network") ?? document
        switch root.value("version")?.scalar {
        case "1":
            let configuration = root.value("config")
            guard configuration?.isSequence == true || configuration?.scalar == "disabled" else {
                throw SeedRule("is of version 1 and has no list config:", line: root.value("version")?.line)
            }
        case "2":
            let kinds = ["ethernets", "bonds", "bridges", "vlans", "wifis", "renderer"]
            guard kinds.contains(where: { root.value($0) != nil }) else {
                throw SeedRule("is of version 2 and has none of \(kinds.joined(separator: ", "))", line: root.line)
            }
        default:
            throw SeedRule(
                "has no version; write version: 2 and ethernets:, or version: 1 and config:", line: root.line)
        }
    }
}
