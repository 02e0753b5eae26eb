// SPDX-License-Identifier: MIT
import Foundation

extension OpticalImage.Contents {
    /// Bytes taken from a host file at a time.
    static let chunkSize = 1 << 20

    /// The length in bytes, without reading the contents.
    /// - Throws: ``OpticalImageError/unreadable(path:reason:)`` when the file is missing or not a regular file.
    public func size() throws(OpticalImageError) -> Int {
        switch self {
        case .bytes(let bytes):
            return bytes.count
        case .file(let path):
            do {
                let attributes = try FileManager.default.attributesOfItem(atPath: path)
                guard attributes[.type] as? FileAttributeType == .typeRegular else {
                    throw OpticalImageError.unreadable(path: path, reason: "not a regular file")
                }
                return (attributes[.size] as? Int) ?? 0
            } catch let error as OpticalImageError {
                throw error
            } catch {
                throw .unreadable(path: path, reason: error.localizedDescription)
            }
        }
    }

    /// Hands the contents over piece by piece, and checks that there are exactly as many bytes as were planned.
    func forEachChunk(
        expecting size: Int, _ consume: ([UInt8]) throws(OpticalImageError) -> Void
    ) throws(OpticalImageError) {
        switch self {
        case .bytes(let bytes): try consume(bytes)
        case .file(let path): try Self.copy(path, expecting: size, consume)
        }
    }

    private static func copy(
        _ path: String, expecting size: Int, _ consume: ([UInt8]) throws(OpticalImageError) -> Void
    ) throws(OpticalImageError) {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw .unreadable(path: path, reason: "it cannot be opened")
        }
        defer { try? file.close() }
        var copied = 0
        while true {
            let chunk: [UInt8]
            do { chunk = [UInt8](try file.read(upToCount: chunkSize) ?? Data()) } catch {
                throw .unreadable(path: path, reason: error.localizedDescription)
            }
            copied += chunk.count
            // A file that grows without end must not fill the disk.
            guard copied <= size else { throw .sizeChanged(path: path, was: size, now: copied) }
            if chunk.isEmpty { break }
            try consume(chunk)
        }
        guard copied == size else { throw .sizeChanged(path: path, was: size, now: copied) }
    }
}
