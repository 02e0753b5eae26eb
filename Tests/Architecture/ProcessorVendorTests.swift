// SPDX-License-Identifier: MIT
import Architecture
import Testing

struct ProcessorVendorTests {
    /// Three registers with the letters of a name.
    private func signature(_ name: String) -> ProcessorVendor.Signature {
        let bytes = Array(name.utf8)
        func word(_ start: Int) -> UInt32 {
            (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << (UInt32($1) * 8) }
        }
        return (ebx: word(0), edx: word(4), ecx: word(8))
    }

    @Test(
        "each name is a vendor's",
        arguments: [
            ("AuthenticAMD", .amd), ("HygonGenuine", .amd), ("GenuineIntel", .intel), ("CentaurHauls", .other),
            ("GenuineintelX", .other),
        ] as [(String, ProcessorVendor)])
    func names(name: String, vendor: ProcessorVendor) {
        #expect(ProcessorVendor(signature(name)) == vendor)
    }

    @Test("the signature of a vendor is its name; without a known vendor there is none")
    func signatures() throws {
        #expect(try #require(ProcessorVendor.amd.signature) == signature("AuthenticAMD"))
        #expect(try #require(ProcessorVendor.intel.signature) == signature("GenuineIntel"))
        #expect(ProcessorVendor.other.signature == nil)
    }
}
