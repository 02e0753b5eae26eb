// SPDX-License-Identifier: MIT
import Dispatch
import Synchronization

/// The threads of a conversion, and the order that they keep.
///
/// Each thread takes the next chunk, reads it, looks for zeros, packs it; then all chunks that are complete find their
/// room in the order of the disk; then the thread writes those that it has placed, and links them.
final class ConversionPipeline: @unchecked Sendable {
    private let conversion: Conversion
    private let lock = Mutex(())
    /// Held by the thread that writes: the system lets one at a time write to a file, and keeps the others spinning.
    private let writing = Mutex(())
    // SAFETY: what follows is used by one thread at a time, under the lock; only the target's packers and its file, which
    // is Sendable, are used outside it.
    private let reader: ChunkReader
    private let target: any ConversionTarget
    private var prepared: [Int: PreparedChunk] = [:]
    private var nextToPlace = 0
    private var freeBuffers: [[UInt8]] = []
    private var failure: DiskImageError?
    private let bufferSize: Int
    /// Keeps fast threads from running far ahead of a slow one.
    private let window: DispatchSemaphore

    init(reader: ChunkReader, target: any ConversionTarget, conversion: Conversion) {
        self.reader = reader
        self.target = target
        self.conversion = conversion
        bufferSize = max(Conversion.chunkSize, Int(target.unit))
        // Counted up from 0, since a semaphore must not end below the value that it began with.
        window = DispatchSemaphore(value: 0)
        for _ in 0..<max(3 * max(1, conversion.threads), (16 << 20) / bufferSize) { window.signal() }
    }

    func run() throws(DiskImageError) {
        let threads = max(1, conversion.threads)
        if threads == 1 { work() } else { DispatchQueue.concurrentPerform(iterations: threads) { _ in work() } }
        if let failure { throw failure }
    }

    /// What one thread does until nothing is left, or something has failed.
    private func work() {
        do throws(DiskImageError) {
            let packer = try target.packer()
            while true {
                window.wait()
                guard let (chunk, buffer) = try take() else { break }
                let result = try prepare(chunk, consume buffer, packer)
                for (done, jobs) in try place(result) { try finish(done, jobs) }
            }
        } catch {
            lock.withLock { _ in if failure == nil { failure = error } }
        }
        // Whoever waits has to see that it is over.
        window.signal()
    }

    private func take() throws(DiskImageError) -> (Chunk, [UInt8])? {
        try conversion.control.check()
        return try lock.withLock { _ throws(DiskImageError) in
            guard failure == nil else { return nil }
            let before = reader.progress
            guard let chunk = try reader.next() else { return nil }
            conversion.control.advance(by: reader.progress - before)
            return (chunk, freeBuffers.popLast() ?? [UInt8](repeating: 0, count: bufferSize))
        }
    }

    private func prepare(
        _ chunk: Chunk, _ buffer: consuming [UInt8], _ packer: (any ClusterPacker)?
    ) throws(DiskImageError) -> PreparedChunk {
        let contents = try ChunkContents(
            reading: chunk, into: &buffer, sparseSize: conversion.scannedSize,
            followsBacking: conversion.options.backing == nil)
        var packed: [Int: [UInt8]] = [:]
        if let packer {
            let unit = Int(target.unit)
            for range in contents.dataUnits(unit) {
                for start in stride(from: range.lowerBound, to: range.upperBound, by: unit) {
                    packed[start] = try packer.pack(buffer, start..<start + unit)
                }
            }
        }
        return PreparedChunk(chunk: chunk, buffer: buffer, contents: contents, packed: packed)
    }

    /// Finds room for all chunks whose turn it is.
    private func place(_ chunk: PreparedChunk) throws(DiskImageError) -> [(PreparedChunk, [WriteJob])] {
        try lock.withLock { _ throws(DiskImageError) in
            prepared[chunk.chunk.number] = chunk
            var result: [(PreparedChunk, [WriteJob])] = []
            while failure == nil, let next = prepared.removeValue(forKey: nextToPlace) {
                result.append((next, try target.place(next)))
                nextToPlace += 1
            }
            return result
        }
    }

    private func finish(_ chunk: PreparedChunk, _ jobs: [WriteJob]) throws(DiskImageError) {
        try writing.withLock { _ throws(DiskImageError) in
            for job in jobs {
                switch job.source {
                case .buffer(let range): try target.file.write(chunk.buffer[range], at: job.host)
                case .bytes(let bytes): try target.file.write(bytes, at: job.host)
                }
            }
        }
        try lock.withLock { _ throws(DiskImageError) in
            try target.link(chunk)
            freeBuffers.append(chunk.buffer)
        }
        window.signal()
    }
}
