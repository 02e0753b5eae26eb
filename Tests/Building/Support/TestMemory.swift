// SPDX-License-Identifier: MIT

import Building

/// Guest memory of a test: it remembers every byte that was written, and refuses to have one written twice.
struct TestMemory: GuestMemorySink {
    struct WrittenTwice: Error {
        let address: UInt64
    }

    private(set) var bytes: [UInt64: UInt8] = [:]

    mutating func write(_ bytes: Span<UInt8>, at guestPhysicalAddress: UInt64) throws(WrittenTwice) {
        for index in bytes.indices {
            let address = guestPhysicalAddress + UInt64(index)
            guard self.bytes.updateValue(bytes[index], forKey: address) == nil else {
                throw WrittenTwice(address: address)
            }
        }
    }

    /// The bytes from `address` on, or nil where one of them was never written.
    func read(_ count: Int, at address: UInt64) -> [UInt8]? {
        var result: [UInt8] = []
        for offset in 0..<UInt64(count) {
            guard let byte = bytes[address + offset] else { return nil }
            result.append(byte)
        }
        return result
    }

    /// The little-endian number of `count` bytes at `address`.
    func number(_ count: Int, at address: UInt64) -> UInt64? {
        read(count, at: address)?.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
