// SPDX-License-Identifier: MIT

/// A disk of a domain as its configuration has it: `target, format, vdev, access`, or with names (xl-disk-configuration(5)).
public struct DiskSpecification: Equatable, Sendable {
    /// The image or device.
    public var target: String
    /// `raw`, `qcow2` or another one.
    public var format: String
    /// Under which name the guest sees it.
    public var device: String
    /// Whether the guest only reads it.
    public var isReadOnly: Bool
    /// Further parameters, as they were written.
    private var others: [String] = []

    /// Reads a disk; nil where no target, or no device, can be found.
    init?(parsing text: String) {
        var fields = ["target": "", "format": "raw", "vdev": "", "access": "rw"]
        let positions = ["target", "format", "vdev", "access"]
        var next = 0
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let word = part.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed().map(String.init)
                .joined()
            if let equals = word.firstIndex(of: "=") {
                let key = String(word[..<equals])
                if fields[key] != nil {
                    fields[key] = String(word[word.index(after: equals)...])
                } else {
                    others.append(word)
                }
            } else if ["cdrom", "devtype=cdrom"].contains(word) {
                others.append(word)
            } else if next < positions.count {
                if !word.isEmpty { fields[positions[next]] = word }
                next += 1
            }
        }
        target = fields["target"] ?? ""
        format = fields["format"] ?? "raw"
        device = fields["vdev"] ?? ""
        isReadOnly = ["r", "ro"].contains(fields["access"]) || others.contains { $0.contains("cdrom") }
        // An older syntax has the format in front of the target.
        guard !target.isEmpty, !device.isEmpty, !["phy:", "file:", "tap:", "qcow2:"].contains(where: target.hasPrefix)
        else {
            return nil
        }
    }

    /// The disk in the form with names, which takes any target without a comma.
    var text: String {
        (["format=\(format)", "vdev=\(device)", "access=\(isReadOnly ? "ro" : "rw")"] + others + ["target=\(target)"])
            .joined(separator: ",")
    }
}
