// SPDX-License-Identifier: MIT

extension Manifest {
    /// A field of a record that lies inside the manifest.
    func field(_ offset: Int, of record: Int, in bytes: Span<UInt8>) -> UInt32 {
        bytes.littleEndian(UInt32.self, at: record + offset) ?? 0
    }

    func number(
        _ offset: Int, of record: Int, in bytes: Span<UInt8>, allowed: ClosedRange<UInt32>,
        else rule: ManifestError.Rule
    ) throws(ManifestError) -> UInt32 {
        let value = field(offset, of: record, in: bytes)
        guard allowed.contains(value) else { throw ManifestError(rule, at: record + offset) }
        return value
    }

    func module(_ offset: Int, of record: Int, in bytes: Span<UInt8>) throws(ManifestError) -> Int {
        let index = Int(field(offset, of: record, in: bytes))
        guard index < moduleCount else { throw ManifestError(.noSuchModule, at: record + offset) }
        return index
    }

    func name(of record: Int, in bytes: Span<UInt8>) throws(ManifestError) -> Range<Int> {
        let range = try text(0, of: record, in: bytes)
        guard 1...ManifestLayout.maximumNameLength ~= range.count else {
            throw ManifestError(.wrongNameLength, at: record + 4)
        }
        for index in range where bytes[index] < 0x20 || bytes[index] == 0x7F {
            throw ManifestError(.unprintableName, at: index)
        }
        guard (try? UTF8Span(validating: bytes.extracting(range))) != nil else {
            throw ManifestError(.unprintableName, at: range.lowerBound)
        }
        return range
    }

    func commandLine(of record: Int, in bytes: Span<UInt8>) throws(ManifestError) -> Range<Int> {
        let range = try text(8, of: record, in: bytes)
        guard range.count <= ManifestLayout.maximumCommandLineLength else {
            throw ManifestError(.commandLineTooLong, at: record + 12)
        }
        for index in range where bytes[index] == 0 { throw ManifestError(.zeroInCommandLine, at: index) }
        return range
    }

    /// The text whose offset and length stand at `offset` of the record: it must lie above all records.
    func text(_ offset: Int, of record: Int, in bytes: Span<UInt8>) throws(ManifestError) -> Range<Int> {
        let start = UInt64(field(offset, of: record, in: bytes))
        let length = UInt64(field(offset + 4, of: record, in: bytes))
        guard let range = bytes.range(offset: start, size: length), range.lowerBound >= textStart else {
            throw ManifestError(.textOutsideManifest, at: record + offset)
        }
        return range
    }
}
