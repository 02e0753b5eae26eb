// SPDX-License-Identifier: MIT

/// Where the processor of a machine stood, as Bochs tells it.
public struct ProcessorState: Sendable, Equatable {
    /// A register and its value.
    public struct Register: Sendable, Equatable {
        /// The name in lower case: `rip`, `cr3`.
        public var name: String
        public var value: UInt64
    }

    /// Words of the stack that the debugger is asked for.
    static let stackWords = 64

    /// The registers, in the order in which Bochs names them.
    public var registers: [Register] = []
    /// The words on the stack, from the top; empty where Bochs does not show them.
    public var stack: [UInt64] = []

    /// The value of a register.
    public subscript(name: String) -> UInt64? { registers.first { $0.name == name }?.value }

    /// The address of the instruction.
    public var instructionPointer: UInt64? { self["rip"] ?? self["eip"] }

    /// The registers in lines of four.
    public var lines: [String] {
        let texts = registers.map { "\($0.name) 0x\(Self.hexadecimal($0.value))" }
        return stride(from: 0, to: texts.count, by: 4).map { start in
            texts[start..<min(start + 4, texts.count)].joined(separator: "  ")
        }
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// Takes a register once: the first word on it counts.
    private mutating func add(_ name: some StringProtocol, _ value: UInt64) {
        let name = name.lowercased()
        guard Self.names.contains(name), self[name] == nil else { return }
        registers.append(Register(name: name, value: value))
    }

    private static let names: Set<String> = [
        "rip", "rsp", "rbp", "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
        "r15",
        "eip", "esp", "ebp", "eax", "ebx", "ecx", "edx", "esi", "edi", "eflags", "cs", "ss", "tr", "gdtr", "idtr",
        "cr0",
        "cr2", "cr3", "cr4", "efer",
    ]
}

extension ProcessorState {
    /// Reads what the debugger's commands `r`, `sreg`, `creg` and `print-stack` print; nil where nothing of it is there.
    init?(debuggerOutput output: [UInt8]) {
        for line in Self.lines(output) {
            let words = line.split { " :=,".contains($0) }
            guard words.count >= 2 else { continue }
            if words[0] == "|", words[1] == "STACK" {
                if stack.count < Self.stackWords, let word = Self.bracketed(line) { stack.append(word) }
            } else if let value = words[1...].lazy.compactMap(Self.number).first {
                add(words[0], value)
            }
        }
        if registers.isEmpty { return nil }
    }

    /// Reads the registers that Bochs logs when it gives up: `RAX=...`; nil where there are none.
    init?(log: [UInt8]) {
        for line in Self.lines(log) where line.contains(" | ") {
            for word in line.split(whereSeparator: { " |".contains($0) }) {
                let parts = word.split(separator: "=")
                if parts.count == 2, let value = Self.number(parts[1]) { add(parts[0], value) }
            }
        }
        if registers.isEmpty { return nil }
    }

    private static func lines(_ text: [UInt8]) -> [String] {
        text.split(separator: UInt8(ascii: "\n")).map { TerminalText.plain(Array($0)) }
    }

    /// A number in one of Bochs' ways: `0x1f`, `00000000_0000001f`, `0000001f`.
    private static func number(_ text: some StringProtocol) -> UInt64? {
        let digits = String(text.hasPrefix("0x") ? text.dropFirst(2) : text[...]).filter { $0 != "_" }
        return UInt64(digits, radix: 16)
    }

    /// The number in brackets: `[0x00000000:0x0013e3b8]` in 64-bit mode, `[0x0007ffac]` in others.
    private static func bracketed(_ line: String) -> UInt64? {
        guard let open = line.firstIndex(of: "["), let close = line.firstIndex(of: "]"), open < close else {
            return nil
        }
        let halves = line[line.index(after: open)..<close].split(separator: ":").map { number($0) ?? 0 }
        return halves.count <= 2 ? halves.reduce(0) { $0 << 32 | $1 & 0xFFFF_FFFF } : nil
    }
}
