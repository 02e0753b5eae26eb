// SPDX-License-Identifier: MIT
import DomainConfiguration
import Foundation

/// The guests of one boot of `apus fuzz`.
struct FuzzPlan {
    var seed: UInt64
    /// How many calls all of them make together.
    var calls: Int
    var domains: Int
    var vcpus: Int

    /// The guests: what each is to do stands on its command line.
    func guests() throws(CommandFailure) -> [Guest] {
        let path = Locations.built("guests/fuzz.elf")
        guard FileManager.default.fileExists(atPath: path) else {
            throw .input("\(path): the fuzzing guest is not built (make guests)")
        }
        var guests: [Guest] = []
        for number in 1...domains {
            let share = (calls + domains - 1) / domains
            let line = "seed=\(seed) calls=\(share) vcpus=\(vcpus) own=\(number) peer=\(domains == 1 ? 1 : 3 - number)"
            guests.append(
                try Guest(
                    DomainConfiguration(
                        name: "fuzz-\(number)", kernel: path, commandLine: line, memory: 32, vCPUCount: vcpus)))
        }
        return guests
    }
}
