// SPDX-License-Identifier: MIT

/// What `grant_table_op` does, in its first argument (`GNTTABOP_*`, Xen public header `grant_table.h`).
///
/// The second argument points to an array of structures, the third is its length. Each element has a status of its own.
public enum GrantTableOperation: UInt32, CaseIterable, Sendable {
    /// Maps a granted frame.
    case map = 0
    /// Ends a mapping.
    case unmap = 1
    /// Tells the frames of the grant table.
    case setupTable = 2
    /// Prints the table, for debugging.
    case dumpTable = 3
    /// Gives a frame away; PV only.
    case transfer = 4
    /// Copies between granted frames.
    case copy = 5
    /// Tells the present and the greatest size of the table.
    case querySize = 6
    /// Ends a mapping and moves another in its place; PV only.
    case unmapAndReplace = 7
    /// Chooses the format of the table.
    case setVersion = 8
    /// Tells the status frames of a version-2 table; PV only.
    case getStatusFrames = 9
    /// Tells the format of a domain's table.
    case getVersion = 10
    /// Exchanges two entries.
    case swapReferences = 11
    /// Cleans caches for a granted frame; not on x86 HVM.
    case cacheFlush = 12
}

/// The outcome for one element of a grant-table call (`GNTST_*`).
public enum GrantStatus: Int16, Error, CaseIterable, Sendable {
    /// Done.
    case okay = 0
    /// It failed for a reason that has no number.
    case generalError = -1
    /// No such domain.
    case badDomain = -2
    /// No such entry, or not for the caller.
    case badReference = -3
    /// No such mapping.
    case badHandle = -4
    /// The address cannot hold a mapping.
    case badVirtualAddress = -5
    /// The device address is not that of the mapping.
    case badDeviceAddress = -6
    /// The IOMMU is full.
    case noDeviceSpace = -7
    /// The caller may not do this.
    case permissionDenied = -8
    /// The page cannot be used so.
    case badPage = -9
    /// The copy would cross the end of a page.
    case badCopyArgument = -10
    /// The frame number is too high.
    case addressTooBig = -11
    /// Not now: the same call may succeed later.
    case tryAgain = -12
    /// No room for another mapping.
    case noSpace = -13
}
