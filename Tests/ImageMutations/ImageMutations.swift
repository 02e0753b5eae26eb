import DiskImage
import Foundation
// SPDX-License-Identifier: MIT
import SeededRandom

/// Damages sound images at random, and does to each what a user would do: look at it, check it, read it, write to it.
///
/// `image-mutations [COUNT] [SEED]`. A case is in order when it ends, in time and within bounds of memory, without a
/// trap; when an image that is refused has not been changed; and when one that is accepted is still sound after a write.
/// The damaged image lies in the folder that is named first, so after a crash it is there.
@main
struct ImageMutations {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
        let (count, seed) = (arguments.first ?? 10_000, arguments.dropFirst().first ?? 1)
        // In memory, where waiting for the disk takes no time.
        let parent = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm/" : NSTemporaryDirectory()
        let folder = "\(parent)apus-mutations-\(getpid())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        print("images: \(folder); seed \(seed)")
        limitMemory()
        let seeds = try SoundImages.make(in: folder)
        var tally = Tally()
        for number in 0..<count {
            // A case that takes a minute hangs: the signal ends the process.
            alarm(60)
            var random = SeededRandom(case: seed << 32 | number)
            let image = seeds[Int(number) % seeds.count]
            try tally.run(random.damage(image), path: "\(folder)/case.qcow2", number: number)
            if (number + 1) % 100_000 == 0 {
                print("\(number + 1) cases: \(tally.summary)")
                _ = fflush(nil)
            }
        }
        print("\(count) cases, none crashed: \(tally.summary)")
        try FileManager.default.removeItem(atPath: folder)
        // All of one kind would prove nothing.
        guard tally.failures == 0, tally.refused > count / 20, tally.accepted > count / 100 else { exit(1) }
    }

    /// An allocation that no honest image needs fails, and ends the process.
    private static func limitMemory() {
        var limit = rlimit(rlim_cur: 3 << 30, rlim_max: 3 << 30)
        // SAFETY: the structure lives until the call returns.
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    }
}

/// What has come of the cases.
struct Tally {
    var accepted: UInt64 = 0
    var refused: UInt64 = 0
    var failures = 0

    var summary: String { "\(refused) refused, \(accepted) accepted, and sound after a write, \(failures) failed" }

    mutating func run(_ bytes: [UInt8], path: String, number: UInt64) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        readAnyway(path)
        var opening = ImageOpening(format: .qcow2)
        opening.backing = .ignored
        opening.writes = true
        let image: QCOW2Image
        do throws(DiskImageError) { image = try opening.openQCOW2(path) } catch {
            refused += 1
            let isUnchanged = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) == bytes
            // The dirty bit has an image repaired when it is opened, before what cannot be repaired is found.
            if !isUnchanged && bytes[79] & 1 == 0 { fail("case \(number): refused, and yet changed: \(error)") }
            if error.description.isEmpty { fail("case \(number): an error without a message") }
            return
        }
        accepted += 1
        try writeTo(image, number)
    }

    private mutating func fail(_ message: String) {
        failures += 1
        print("FAILED: \(message)")
    }

    /// Looks at an image as far as it lets itself be looked at, without a check before.
    private func readAnyway(_ path: String) {
        var opening = ImageOpening(format: .qcow2)
        opening.checks = false
        opening.backing = .ignored
        guard let image = try? opening.openQCOW2(path) else { return }
        _ = try? ImageInformation(image)
        _ = try? image.check()
        var steps = 0
        try? ImageMap.list(image, from: 0, count: 64 << 20) { _ throws(DiskImageError) in
            steps += 1
            if steps > 100_000 { throw .interrupted }
        }
        for offset in stride(from: UInt64(0), to: min(image.virtualSize, 1 << 20), by: 65536) {
            _ = try? image.read(at: GuestOffset(offset), count: Int(min(65536, image.virtualSize - offset)))
        }
        for snapshot in (try? image.snapshots()) ?? [] {
            guard let view = try? image.view(of: snapshot.id) else { continue }
            _ = try? view.read(at: .zero, count: Int(min(65536, view.virtualSize)))
        }
    }

    /// Writes to an image that was found sound, and checks it again.
    private mutating func writeTo(_ image: QCOW2Image, _ number: UInt64) throws {
        guard image.virtualSize >= 4096, image.virtualSize < 1 << 40 else { return }
        var isWritten = false
        do throws(DiskImageError) {
            try image.write([UInt8](repeating: 0x5A, count: 3000)[...], at: GuestOffset(1000))
            try image.writeZeros(at: GuestOffset(2048), count: 2048)
            isWritten = true
        } catch {
            // Packed data that is damaged comes to light when a part of its cluster is overwritten.
        }
        try image.close()
        let report = try image.check()
        if report.corruptions > 0 { fail("case \(number): a write has damaged it: \(report.problems)") }
        guard isWritten else { return }
        if try image.read(at: GuestOffset(1000), count: 4) != [0x5A, 0x5A, 0x5A, 0x5A] {
            fail("case \(number): a write was lost")
        }
    }
}
