// SPDX-License-Identifier: MIT

/// An element of the array that a grant-table operation works through: each has a status of its own, which alone is written
/// back where the hypervisor answers nothing else.
public protocol GrantElement: GuestStructure {
    /// Out: a `GrantStatus`.
    var status: Int16 { get set }
    /// Where the status lies in the layout of a 64-bit caller, in bytes.
    static var statusOffset: Int { get }
    /// Where it lies in that of a 32-bit caller.
    static var compatStatusOffset: Int { get }
}

extension GrantTableOperation.Map {
    /// The same for all callers.
    public static var statusOffset: Int { 18 }
    /// The same for all callers.
    public static var compatStatusOffset: Int { 18 }
}

extension GrantTableOperation.Unmap {
    /// The same for all callers.
    public static var statusOffset: Int { 20 }
    /// The same for all callers.
    public static var compatStatusOffset: Int { 20 }
}

extension GrantTableOperation.Copy {
    /// Behind two pointers of 16 bytes.
    public static var statusOffset: Int { 36 }
    /// Behind two pointers of 8 bytes.
    public static var compatStatusOffset: Int { 20 }
}

extension GrantTableOperation.SwapReferences {
    /// The same for all callers.
    public static var statusOffset: Int { 8 }
    /// The same for all callers.
    public static var compatStatusOffset: Int { 8 }
}

extension GrantTableOperation.SetupTable {
    /// The same for all callers.
    public static var statusOffset: Int { 8 }
    /// The same for all callers.
    public static var compatStatusOffset: Int { 8 }
}

extension GrantTableOperation.QuerySize {
    /// The same for all callers.
    public static var statusOffset: Int { 12 }
    /// The same for all callers.
    public static var compatStatusOffset: Int { 12 }
}
