// SPDX-License-Identifier: MIT

import Foundation

/// A copy of a guest's configuration with an identity of its own.
///
/// The name, the UUID, the address of each network card and the disks are replaced; everything else stays, with paths
/// made absolute, as the copy may lie elsewhere.
public struct GuestClone: Sendable {
    /// Who the copy is.
    public struct Identity: Sendable {
        /// The domain's name.
        public var name: String
        /// What the guest reads as `/sys/hypervisor/uuid`.
        public var uuid: DomainUUID
        /// Addresses of its network cards.
        public var addresses: [MACAddress] = []
    }

    /// A disk that the copy writes to, and needs an image of its own for.
    public struct Overlay: Sendable {
        /// The original image, absolute.
        public let backing: String
        /// The original's format: `raw` or `qcow2`.
        public let backingFormat: String
        /// The new image.
        public let path: String
    }

    /// Who it is.
    public let identity: Identity
    /// Disks to be made before the copy starts.
    public private(set) var overlays: [Overlay] = []
    /// The original's initial ramdisk, absolute.
    public let ramdisk: String?

    private let original: ClonedConfiguration
    /// Settings that differ from the original's.
    private var changes: [(key: String, value: ConfigurationValue)] = []

    /// Makes a copy.
    /// - Parameters:
    ///   - original: the configuration that is copied.
    ///   - folder: where the copy's files are to lie, absolute.
    ///   - name: the copy's name.
    ///   - identities: what others have already; the copy's is added.
    public init(
        of original: ClonedConfiguration, in folder: String, named name: String, _ identities: inout KnownIdentities
    ) throws(ConfigurationProblem) {
        self.original = original
        var random = SystemRandomNumberGenerator()
        identity = identities.make(name: name, cards: original.cardCount, using: &random)
        ramdisk = original.domain.ramdisk.map(Self.absolute)
        set("name", .scalar(name))
        set("uuid", .scalar(identity.uuid.description))
        set("kernel", .scalar(Self.absolute(original.domain.kernel)))
        if let ramdisk { set("ramdisk", .scalar(ramdisk)) }
        replaceCards()
        try replaceDisks(in: folder)
    }

    private static func absolute(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }

    // MARK: Changes

    /// Gives the guest its machine identity by the kernel's command line, where systemd looks for it (`kernel-command-line(7)`).
    public mutating func setMachineID(onCommandLine machineID: String) {
        let key = ["cmdline", "extra"].first { value(of: $0) != nil }
        let word = "systemd.machine_id="
        var words: [String] = []
        if let key, case .scalar(let text)? = value(of: key) {
            words = text.split(separator: " ").map(String.init).filter { !$0.hasPrefix(word) }
        }
        set(
            key ?? (value(of: "root") != nil ? "extra" : "cmdline"),
            .scalar((words + [word + machineID]).joined(separator: " ")))
    }

    /// Gives the guest another initial ramdisk.
    public mutating func setRamdisk(_ path: String) { set("ramdisk", .scalar(path)) }

    private mutating func set(_ key: String, _ value: ConfigurationValue) {
        changes.removeAll { $0.key == key }
        changes.append((key, value))
    }

    /// The setting that counts: of several the last.
    private func setting(_ key: String) -> ConfigurationSetting? { original.settings.last { $0.key == key } }

    private func value(of key: String) -> ConfigurationValue? {
        changes.last { $0.key == key }?.value ?? setting(key)?.value
    }

    private mutating func replaceCards() {
        guard case .list(let cards)? = value(of: "vif") else { return }
        let changed = zip(cards, identity.addresses).map { card, address -> ConfigurationValue in
            guard case .scalar(let text) = card else { return card }
            let others = text.split(separator: ",").filter { !$0.drop { $0.isWhitespace }.hasPrefix("mac=") }
            return .scalar((["mac=\(address)"] + others.map(String.init)).joined(separator: ","))
        }
        set("vif", .list(changed))
    }

    private mutating func replaceDisks(in folder: String) throws(ConfigurationProblem) {
        guard let setting = setting("disk"), case .list(let disks) = setting.value else {
            return
        }
        var changed: [ConfigurationValue] = []
        for disk in disks {
            guard case .scalar(let text) = disk, var specification = DiskSpecification(parsing: text) else {
                throw ConfigurationProblem(
                    "a disk is not in the form target, format, vdev, access",
                    advice: "write it like disk.qcow2, qcow2, xvda, w",
                    at: setting.valuePosition)
            }
            specification.target = Self.absolute(specification.target)
            if !specification.isReadOnly {
                guard ["raw", "qcow2"].contains(specification.format) else {
                    throw ConfigurationProblem(
                        "a disk has the format \"\(specification.format)\"",
                        advice: "only raw and qcow2 disks can be cloned",
                        at: setting.valuePosition)
                }
                let path = "\(folder)/\(identity.name)-\(specification.device).qcow2"
                overlays.append(Overlay(backing: specification.target, backingFormat: specification.format, path: path))
                specification.target = path
                specification.format = "qcow2"
            }
            changed.append(.scalar(specification.text))
        }
        set("disk", .list(changed))
    }

    /// The configuration file: the original's text with other values, and what it did not have at its end.
    public var text: String {
        var (text, copied): ([UInt8], Int) = ([], 0)
        let present = changes.compactMap { change in setting(change.key).map { ($0.valueRange, change.value) } }
        for (range, value) in present.sorted(by: { $0.0.lowerBound < $1.0.lowerBound }) {
            text += original.bytes[copied..<range.lowerBound] + Array(Self.written(value).utf8)
            copied = range.upperBound
        }
        text += original.bytes[copied...]
        if let last = text.last, last != UInt8(ascii: "\n") { text.append(UInt8(ascii: "\n")) }
        let added = changes.filter { setting($0.key) == nil }.map { "\($0.key) = \(Self.written($0.value))\n" }
        return String(decoding: text, as: UTF8.self) + added.joined()
    }

    private static func written(_ value: ConfigurationValue) -> String {
        switch value {
        case .list(let values): return "[ " + values.map(written).joined(separator: ", ") + " ]"
        case .scalar(let text):
            if Int64(configurationLiteral: text) != nil { return text }
            let escaped = text.utf8.flatMap { byte -> [UInt8] in
                switch byte {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"): [UInt8(ascii: "\\"), byte]
                case ..<0x20: Array(("\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)).utf8)
                default: [byte]
                }
            }
            return "\"\(String(decoding: escaped, as: UTF8.self))\""
        }
    }
}
