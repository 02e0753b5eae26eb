// SPDX-License-Identifier: MIT

/// A JSON text whose members keep their order.
indirect enum JSONValue {
    case string(String)
    case number(Int64)
    case unsigned(UInt64)
    case bool(Bool)
    case array([JSONValue])
    case object([(String, JSONValue)])

    /// The text, with four blanks for each level, as QEMU's tools print it.
    func text(indent: Int = 0) -> String {
        let (inner, outer) = (String(repeating: " ", count: indent + 4), String(repeating: " ", count: indent))
        switch self {
        case .string(let text): return Self.quoted(text)
        case .number(let number): return "\(number)"
        case .unsigned(let number): return "\(number)"
        case .bool(let value): return value ? "true" : "false"
        case .array(let items):
            if items.isEmpty { return "[\n\(outer)]" }
            let lines = items.map { inner + $0.text(indent: indent + 4) }
            return "[\n" + lines.joined(separator: ",\n") + "\n\(outer)]"
        case .object(let members):
            let lines = members.map { "\(inner)\(Self.quoted($0)): \($1.text(indent: indent + 4))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(outer)}"
        }
    }

    /// A text in quotes, with everything escaped that JSON does not allow.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
