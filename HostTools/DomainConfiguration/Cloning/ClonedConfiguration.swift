// SPDX-License-Identifier: MIT

import Foundation

/// A configuration that is to be copied: what it means, and every setting that stands in it.
public struct ClonedConfiguration: Sendable {
    /// What it means; paths are found.
    public let domain: DomainConfiguration
    /// All settings, those as well that only Xen understands.
    let settings: [ConfigurationSetting]
    /// The file.
    let bytes: [UInt8]

    /// Reads and checks a configuration.
    public init(path: String) throws(ConfigurationProblem) {
        domain = try DomainConfiguration.load(path: path).domain
        bytes = Self.contents(of: path)
        settings = try ConfigurationParser.settings(file: path, bytes: bytes)
    }

    private static func contents(of path: String) -> [UInt8] {
        // It was read a moment ago; should it be gone, there are no settings, and the copy has none.
        [UInt8]((try? Data(contentsOf: URL(fileURLWithPath: path))) ?? Data())
    }

    /// How many network cards the guest has.
    var cardCount: Int {
        guard case .list(let cards)? = settings.last(where: { $0.key == "vif" })?.value else { return 0 }
        return cards.count
    }
}

/// The names, UUIDs and addresses that guests have, so that no other gets them.
public struct KnownIdentities: Sendable {
    private var names: Set<String> = []
    private var uuids: Set<DomainUUID> = []
    private var addresses: Set<MACAddress> = []

    /// Nobody has anything yet.
    public init() {}

    /// Takes note of all configurations in a folder. What cannot be read is nobody's.
    public mutating func add(folder: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name.hasSuffix(".cfg") {
            add(file: "\(folder)/\(name)")
        }
    }

    /// Takes note of a configuration.
    public mutating func add(file: String) {
        guard let contents = try? Data(contentsOf: URL(fileURLWithPath: file)),
            let settings = try? ConfigurationParser.settings(file: file, bytes: [UInt8](contents))
        else { return }
        for setting in settings {
            switch (setting.key, setting.value) {
            case ("name", .scalar(let name)): names.insert(name)
            case ("uuid", .scalar(let text)): if let uuid = DomainUUID(parsing: text) { uuids.insert(uuid) }
            case ("vif", .list(let cards)): for card in cards { add(card: card) }
            default: break
            }
        }
    }

    private mutating func add(card: ConfigurationValue) {
        guard case .scalar(let text) = card else { return }
        for part in text.split(separator: ",") {
            let word = part.drop { $0.isWhitespace }
            if word.hasPrefix("mac="), let address = MACAddress(parsing: word.dropFirst(4)) {
                addresses.insert(address)
            }
        }
    }

    /// Whether somebody has this name.
    public func hasName(_ name: String) -> Bool { names.contains(name) }

    /// An identity that nobody has.
    mutating func make(
        name: String, cards: Int, using random: inout some RandomNumberGenerator
    ) -> GuestClone.Identity {
        var uuid = DomainUUID(using: &random)
        while !uuids.insert(uuid).inserted { uuid = DomainUUID(using: &random) }
        names.insert(name)
        // Of 16 million addresses some thousands are taken at most, so that a free one is soon found.
        let own = (0..<cards).map { _ in
            var address = MACAddress(using: &random)
            while !addresses.insert(address).inserted { address = MACAddress(using: &random) }
            return address
        }
        return GuestClone.Identity(name: name, uuid: uuid, addresses: own)
    }
}
