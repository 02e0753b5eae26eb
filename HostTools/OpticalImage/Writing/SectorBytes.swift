// SPDX-License-Identifier: MIT

/// Bytes that grow at the end, with the number formats of ECMA-119, section 7.
struct SectorBytes {
    private(set) var bytes: [UInt8] = []

    /// Bytes as they are.
    mutating func append(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

    /// One byte.
    mutating func append(_ byte: UInt8) { bytes.append(byte) }

    /// Least significant byte first.
    mutating func appendLittleEndian(_ value: some FixedWidthInteger) {
        for byte in 0..<value.bitWidth / 8 { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * byte))) }
    }

    /// Most significant byte first.
    mutating func appendBigEndian(_ value: some FixedWidthInteger) { appendLittleEndian(value.byteSwapped) }

    /// Both orders, one after the other: how ISO 9660 writes most of its numbers.
    mutating func appendBothEndian(_ value: some FixedWidthInteger) {
        appendLittleEndian(value)
        appendBigEndian(value)
    }

    /// Fills with a byte up to a length.
    mutating func pad(to length: Int, with byte: UInt8 = 0) {
        if bytes.count < length { bytes.append(contentsOf: repeatElement(byte, count: length - bytes.count)) }
    }

    /// Fills with zeros to the end of the sector.
    mutating func padToSector() { pad(to: sectors(for: bytes.count) * OpticalImage.sectorSize) }
}

/// How many sectors hold so many bytes.
func sectors(for bytes: Int) -> Int { (bytes + OpticalImage.sectorSize - 1) / OpticalImage.sectorSize }
