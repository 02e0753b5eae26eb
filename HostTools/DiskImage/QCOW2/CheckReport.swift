// SPDX-License-Identifier: MIT

/// What a check of an image has found.
public struct CheckReport: Equatable, Sendable {
    /// What is wrong, a line each; where there is very much, the first lines, and how many more there are.
    public internal(set) var problems: [String] = []
    /// Clusters whose reference count is higher than it has to be: room that is lost, but no harm.
    public internal(set) var leaks = 0
    /// Everything else that is wrong.
    public internal(set) var corruptions = 0
    /// Leaks and corruptions that were repaired.
    public internal(set) var leaksFixed = 0
    public internal(set) var corruptionsFixed = 0
    /// Clusters of the disk.
    public internal(set) var totalClusters: UInt64 = 0
    /// Clusters of the disk that the image has data for.
    public internal(set) var allocatedClusters: UInt64 = 0
    /// Clusters that do not lie behind the one before them.
    public internal(set) var fragmentedClusters: UInt64 = 0
    /// Clusters that are packed.
    public internal(set) var compressedClusters: UInt64 = 0
    /// Where the last cluster in use ends.
    public internal(set) var endOffset: UInt64 = 0

    /// Whether nothing is wrong.
    public var isClean: Bool { leaks == 0 && corruptions == 0 }
}

/// Lines about what is wrong with an image. The first are kept, all are counted: there may be millions.
struct ProblemList {
    private static let capacity = 1000
    private(set) var lines: [String] = []
    private(set) var count = 0

    /// Notes one more.
    mutating func add(_ line: @autoclosure () -> String) {
        if count < Self.capacity { lines.append(line()) }
        count += 1
    }

    /// The lines, and how many were left out.
    var text: [String] { count > lines.count ? lines + ["... and \(count - lines.count) more like this"] : lines }
}

/// What a check may repair.
public enum Repair: String, CaseIterable, Sendable {
    /// Reference counts that are too high.
    case leaks
    /// All reference counts.
    case all
}
