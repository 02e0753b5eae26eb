// SPDX-License-Identifier: MIT
import CNettle
import FileTree

/// The digest by which a container image names one of its parts: `sha256:` and 64 hexadecimal digits.
///
/// Source: OCI image specification 1.1, "Digests".
struct ContentDigest: Hashable, CustomStringConvertible {
    /// The digits.
    let digits: String

    /// Reads a digest; nil for another form, or another algorithm.
    init?(parsing text: String) {
        let prefix = "sha256:"
        guard text.hasPrefix(prefix) else { return nil }
        self.init(digits: String(text.dropFirst(prefix.count)))
    }

    /// A digest of these 64 digits; nil where they are others.
    init?(digits: String) {
        let isDigit: (UInt8) -> Bool = {
            UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0
        }
        guard digits.utf8.count == 64, digits.utf8.allSatisfy(isDigit) else { return nil }
        self.digits = digits
    }

    /// The digest of what a file holds.
    init(of contents: FileContents) throws(HostFileError) {
        var context = sha256_ctx()
        // SAFETY: the library is given the addresses and lengths of arrays that live until its calls return.
        unsafe nettle_sha256_init(&context)
        try contents.forEachChunk { chunk throws(HostFileError) in
            unsafe chunk.withUnsafeBufferPointer { unsafe nettle_sha256_update(&context, $0.count, $0.baseAddress) }
        }
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_SIZE))
        unsafe digest.withUnsafeMutableBufferPointer { unsafe nettle_sha256_digest(&context, $0.count, $0.baseAddress) }
        digits = digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    var description: String { "sha256:\(digits)" }
}
