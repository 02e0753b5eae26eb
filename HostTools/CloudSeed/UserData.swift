// SPDX-License-Identifier: MIT

/// What cloud-init takes as user-data and vendor-data; its kind shows in the first line.
enum UserData {
    /// First lines, besides those that need a look at what follows.
    private static let otherKinds = [
        "#!", "#include", "#cloud-boothook", "#part-handler", "#upstart-job", "## template:", "Content-Type:",
        "MIME-Version:", "From ", "#cloud-config-jsonp",
    ]

    /// Checks user-data as far as it can be told on the host.
    static func check(_ contents: [UInt8]) throws(SeedRule) {
        // Packed by gzip: cloud-init unpacks it.
        if contents.starts(with: [0x1F, 0x8B]) { return }
        let document = try SeedYAML.text(contents)
        // In bytes, as a carriage return and a line feed are one character to Swift.
        let first = contents.prefix { $0 != UInt8(ascii: "\n") }
        let kind = String(decoding: first, as: UTF8.self).trimmingSuffix { $0.isWhitespace }
        switch kind {
        case "#cloud-config":
            guard try SeedYAML.root(document)?.isMapping ?? true else {
                throw SeedRule("is no mapping: a line of it reads key: value", line: 2)
            }
        case "#cloud-config-archive":
            guard try SeedYAML.root(document)?.isSequence == true else {
                throw SeedRule("is no list, as a #cloud-config-archive is", line: 2)
            }
        case _ where otherKinds.contains(where: kind.hasPrefix): return
        default:
            throw SeedRule(
                "begins with \"\(kind.prefix(40))\", which cloud-init would ignore; begin with #cloud-config or #!",
                line: 1)
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(while isUnwanted: (Character) -> Bool) -> String {
        var text = self
        while let last = text.last, isUnwanted(last) { text.removeLast() }
        return text
    }
}
