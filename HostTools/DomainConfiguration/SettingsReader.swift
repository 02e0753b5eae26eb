// SPDX-License-Identifier: MIT

import Foundation

/// Takes settings out of a configuration by their keys, checks them, and remembers what nobody asked for.
struct SettingsReader {
    private let start: SourcePosition
    private var unread: [String: ConfigurationSetting] = [:]
    private var warnings: [ConfigurationProblem] = []
    /// Whether the domain starts in its own firmware rather than in a kernel.
    var startsFirmware = false

    init(file: String, bytes: [UInt8]) throws(ConfigurationProblem) {
        start = SourcePosition(file: file, line: 1, column: 1)
        for setting in try ConfigurationParser.settings(file: file, bytes: bytes) {
            if let earlier = unread.updateValue(setting, forKey: setting.key) {
                warn(
                    "'\(setting.key)' is set again on line \(setting.keyPosition.line)", "the last value counts",
                    earlier)
            }
        }
    }

    /// What was remarked upon while reading, and each setting that was never taken, in the order of the file.
    var allWarnings: [ConfigurationProblem] {
        let ignored = unread.values.map { setting in
            ConfigurationProblem(
                "'\(setting.key)' is not supported and is ignored", advice: "remove it to silence this warning",
                at: setting.keyPosition)
        }
        return (warnings + ignored).sorted {
            ($0.position.line, $0.position.column) < ($1.position.line, $1.position.column)
        }
    }

    /// Where the value of `setting` stands; the start of the file where there is none.
    func position(of setting: ConfigurationSetting?) -> SourcePosition { setting?.valuePosition ?? start }

    mutating func warn(_ problem: String, _ advice: String, _ setting: ConfigurationSetting?) {
        warnings.append(ConfigurationProblem(problem, advice: advice, at: setting?.keyPosition ?? start))
    }

    /// Whether there is a setting that nobody has taken yet.
    func has(_ key: String) -> Bool { unread[key] != nil }

    /// A problem with a setting that is not there.
    func missing(_ key: String, advice: String) -> ConfigurationProblem {
        ConfigurationProblem("'\(key)' is missing", advice: advice, at: start)
    }

    /// The text of a setting that is not a list, or nil where there is no such setting.
    mutating func text(_ key: String) throws(ConfigurationProblem) -> (value: String, setting: ConfigurationSetting)? {
        guard let setting = unread.removeValue(forKey: key) else { return nil }
        guard case .scalar(let value) = setting.value else {
            throw ConfigurationProblem(
                "'\(key)' is a list", advice: "write one value: \(key) = \"...\"", at: setting.valuePosition)
        }
        return (value, setting)
    }

    /// The number of a setting, which must lie in `range`, or nil where there is no such setting.
    mutating func number(
        _ key: String, in range: ClosedRange<Int64>, unit: String
    ) throws(ConfigurationProblem) -> (value: Int, setting: ConfigurationSetting)? {
        guard let (text, setting) = try text(key) else { return nil }
        guard let value = Int64(configurationLiteral: text) else {
            throw ConfigurationProblem(
                "'\(key)' is not a whole number", advice: "write digits only: \(key) = \(range.lowerBound)",
                at: setting.valuePosition)
        }
        guard range.contains(value) else {
            throw ConfigurationProblem(
                "'\(key)' is \(value)", advice: "give \(range.lowerBound) to \(range.upperBound) \(unit)",
                at: setting.valuePosition)
        }
        return (Int(value), setting)
    }

    /// The path that a setting names: found in the first of `folders` that has it, or nil without such a setting.
    mutating func path(_ key: String, in folders: [String]) throws(ConfigurationProblem) -> String? {
        guard let (path, setting) = try text(key) else { return nil }
        guard !path.isEmpty else {
            throw ConfigurationProblem(
                "'\(key)' is empty", advice: "name a file, or remove the line", at: setting.valuePosition)
        }
        let candidates = folders.map { folder in
            URL(fileURLWithPath: path, relativeTo: URL(fileURLWithPath: folder, isDirectory: true)).path
        }
        if let found = candidates.first(where: Self.isFile) { return found }
        var seen: [String] = []
        for candidate in candidates where !seen.contains(candidate) { seen.append(candidate) }
        throw ConfigurationProblem(
            "'\(key)' names no file: looked for \(seen.joined(separator: " and "))",
            advice: "correct the path", at: setting.valuePosition)
    }

    /// Whether something is at `path` that is not a folder.
    private static func isFile(_ path: String) -> Bool {
        let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: target) else { return false }
        return attributes[.type] as? FileAttributeType != .typeDirectory
    }
}
