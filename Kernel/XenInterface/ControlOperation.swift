// SPDX-License-Identifier: MIT

/// How the structures of `platform_op`, `sysctl` and `domctl` begin. Each has a version, and a caller that has another one is
/// refused before anything else is looked at. (Xen public headers `platform.h`, `sysctl.h`, `domctl.h`)
public struct ControlOperationHeader: GuestStructure {
    /// What is to be done.
    public var command: UInt32 = 0
    /// The version of the interface that the caller was written for.
    public var version: UInt32 = 0

    /// All fields zero.
    public init() {}

    /// A header from its parts.
    public init(command: UInt32, version: UInt32) {
        self.command = command
        self.version = version
    }

    /// The version of `sysctl` in Xen 4.17 (`XEN_SYSCTL_INTERFACE_VERSION`).
    public static var systemControlVersion: UInt32 { 0x15 }
    /// The version of `domctl` in Xen 4.17 (`XEN_DOMCTL_INTERFACE_VERSION`).
    public static var domainControlVersion: UInt32 { 0x15 }
    /// The version of `platform_op` (`XENPF_INTERFACE_VERSION`).
    public static var platformVersion: UInt32 { 0x0300_0001 }
}
