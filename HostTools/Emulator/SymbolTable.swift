// SPDX-License-Identifier: MIT

/// The functions of a linked kernel, by address.
public struct SymbolTable: Sendable {
    /// A function or label: its first address, its length where it is known, and its name as the linker has it.
    struct Symbol: Sendable, Equatable {
        var address: UInt64
        var size: UInt64
        var name: String
    }

    private let symbols: [Symbol]

    /// A table of symbols in any order.
    init(_ symbols: [Symbol]) {
        // Of several at one address, a function with a length is the better name.
        self.symbols = symbols.sorted { ($0.address, $0.size) < ($1.address, $1.size) }
    }

    /// The number of symbols.
    public var count: Int { symbols.count }

    /// The function that holds an address, and how far into it the address lies.
    public func function(at address: UInt64) -> (name: String, offset: UInt64)? {
        var low = 0
        var high = symbols.count
        while low < high {
            let middle = (low + high) / 2
            if symbols[middle].address <= address { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return nil }
        let symbol = symbols[low - 1]
        let offset = address - symbol.address
        let isInside = symbol.size == 0 ? low < symbols.count : offset <= symbol.size
        return isInside ? (symbol.name, offset) : nil
    }
}
