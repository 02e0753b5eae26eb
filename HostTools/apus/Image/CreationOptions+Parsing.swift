// SPDX-License-Identifier: MIT
import DiskImage

extension CreationOptions {
    /// What `-o` understands, one line each.
    static let help = """
        Options of -o, separated by commas:
          cluster_size=SIZE        512 to 2M, a power of two (default 64k)
          compat=1.1|0.10          version 3 or 2 of the format (default 1.1)
          refcount_bits=N          1 to 64, a power of two (default 16)
          lazy_refcounts=on|off    put off writing reference counts (default off)
          compression_type=T       zlib or zstd (default zlib)
          extended_l2=on|off       32 subclusters in each cluster (default off)
          preallocation=P          off, metadata, falloc or full (default off)
          backing_file=NAME        the same as -b
          backing_fmt=FORMAT       the same as -F
          size=SIZE                the size of the disk
        """

    /// What a list of options says about size and backing file.
    struct Further {
        var size: UInt64?
        var backingName: String?
        var backingFormat: DiskFormat?
    }

    /// Takes over options in the form `name=value,name=value`.
    mutating func apply(_ list: String, further: inout Further) throws(CommandFailure) {
        for option in list.split(separator: ",") {
            let parts = option.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw .input("-o \(option): write it as name=value") }
            guard try apply(parts[0], parts[1], further: &further) else {
                throw .input("-o \(option): no such option.\n\(Self.help)")
            }
        }
    }

    private mutating func apply(
        _ name: String, _ value: String, further: inout Further
    ) throws(CommandFailure) -> Bool {
        switch name {
        case "cluster_size": clusterSize = try Self.size(name, value)
        case "compat": version = try Self.choice(name, value, ["1.1": 3, "v3": 3, "0.10": 2, "v2": 2])
        case "refcount_bits": refcountBits = try Self.size(name, value)
        case "lazy_refcounts": hasLazyRefcounts = try Self.flag(name, value)
        case "compression_type": codec = try Self.choice(name, value, ["zlib": .zlib, "zstd": .zstd])
        case "extended_l2": hasExtendedEntries = try Self.flag(name, value)
        case "preallocation":
            preallocation = try Self.choice(
                name, value, Dictionary(uniqueKeysWithValues: Preallocation.allCases.map { ($0.rawValue, $0) }))
        case "size": further.size = try Self.size(name, value)
        case "backing_file": further.backingName = value
        case "backing_fmt": further.backingFormat = try Self.choice(name, value, ["raw": .raw, "qcow2": .qcow2])
        default: return false
        }
        return true
    }

    private static func size(_ name: String, _ value: String) throws(CommandFailure) -> UInt64 {
        guard let size = ByteCount.parse(value) else { throw .input("-o \(name)=\(value): not a size") }
        return size
    }

    private static func flag(_ name: String, _ value: String) throws(CommandFailure) -> Bool {
        try choice(name, value, ["on": true, "off": false, "true": true, "false": false, "yes": true, "no": false])
    }

    private static func choice<Value>(
        _ name: String, _ value: String, _ choices: [String: Value]
    ) throws(CommandFailure) -> Value {
        guard let choice = choices[value] else {
            throw .input("-o \(name)=\(value): use one of \(choices.keys.sorted().joined(separator: ", "))")
        }
        return choice
    }
}
