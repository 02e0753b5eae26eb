// SPDX-License-Identifier: MIT

/// Machine code in a page of its own, for instructions that no compiler emits. It is called with its own address in RDI, and may use
/// the second half of the page for what it finds out.
public struct Code {
    /// Where it begins.
    public let start: UInt64
    private var end: UInt64

    /// No code yet, at the beginning of a page.
    public init(in page: UInt64) {
        start = page
        end = page
    }

    /// The place for results: `[rdi + 0x800]`.
    public var results: UInt64 { start &+ 0x800 }

    /// One of the results, by its number: `[rdi + 0x800 + 8 * number]`.
    public func result(_ number: UInt64) -> UInt64 { Memory.load64(results &+ 8 &* number) }

    /// Adds bytes.
    public mutating func append<let count: Int>(_ bytes: InlineArray<count, UInt8>) {
        for index in bytes.indices {
            Memory.store8(bytes[index], at: end)
            end &+= 1
        }
    }

    /// Adds a number of 64 bits, such as what `mov rax, imm64` takes.
    public mutating func append(_ value: UInt64) {
        Memory.store(value, at: end)
        end &+= 8
    }

    /// Adds RET and executes it. Answers the vector of the exception that it raised, or `nil`.
    public func run() -> UInt8? {
        Memory.store8(0xC3, at: end)
        return Probe.call(start)
    }
}

extension Test {
    /// Executes one piece of machine code, which RET follows. Answers the vector of the exception that it raised, or `nil`.
    public mutating func execute<let count: Int>(_ bytes: InlineArray<count, UInt8>, line: UInt = #line) -> UInt8? {
        var outcome: UInt8?
        withPage(line: line) { _, page in
            var code = Code(in: page)
            code.append(bytes)
            outcome = code.run()
        }
        return outcome
    }
}
