// SPDX-License-Identifier: MIT

extension String {
    /// The text with each paragraph on one line, so that help is broken where the terminal is wide enough and nowhere
    /// else. What begins with a blank, such as an example or a list, keeps its lines.
    var paragraphs: String {
        var lines: [Substring] = []
        for line in split(separator: "\n", omittingEmptySubsequences: false) {
            if let last = lines.last, let first = line.first, first != " ", let start = last.first, start != " " {
                lines[lines.count - 1] = "\(last) \(line)"
            } else {
                lines.append(line)
            }
        }
        return lines.joined(separator: "\n")
    }
}
