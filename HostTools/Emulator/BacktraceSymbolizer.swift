// SPDX-License-Identifier: MIT
import Subprocess

/// Adds the functions' names to the hypervisor's backtrace lines.
public struct BacktraceSymbolizer: Sendable {
    private let symbols: SymbolTable

    /// A symbolizer over the kernel's symbols.
    public init(_ symbols: SymbolTable) { self.symbols = symbols }

    /// The line, and `  function+0x12` behind it when it is a backtrace line whose address is known.
    public func annotate(_ line: String) async -> String {
        guard case .hypervisor(let text) = ConsoleLine(line), case .backtrace(let address)? = ConsoleEvent(text),
            let place = await place(of: address)
        else { return line }
        return "\(line)  \(place)"
    }

    /// The function that holds an address of the kernel, and how far into it the address lies: `function+0x12`.
    func place(of address: UInt64) async -> String? {
        guard let (name, offset) = symbols.function(at: address) else { return nil }
        return "\(await Self.demangled(name))+0x\(String(offset, radix: 16))"
    }

    /// A Swift function's name as it is written; the linker's name where no demangler is installed.
    static func demangled(_ name: String) async -> String {
        guard name.hasPrefix("$s") || name.hasPrefix("$e") else { return name }
        let result = try? await Subprocess.run(
            .name("swift-demangle"), arguments: ["--compact", "--simplified", name], output: .string(limit: 65_536))
        let text = result?.standardOutput.split(separator: "\n").first.map(String.init)
        return text ?? name
    }
}
