// SPDX-License-Identifier: MIT

/// Who owns a file, who may use it, and when it was changed.
public struct FileAttributes: Hashable, Sendable {
    /// The permission bits with those for set-user-ID, set-group-ID and sticky: at most 0o7777.
    public var permissions: UInt32
    /// The owner's number.
    public var user: UInt32
    /// The group's number.
    public var group: UInt32
    /// Seconds since the start of 1970.
    public var modificationTime: Int64

    /// Attributes of the superuser, changed at the beginning of time, unless said otherwise.
    public init(permissions: UInt32, user: UInt32 = 0, group: UInt32 = 0, modificationTime: Int64 = 0) {
        self.permissions = permissions & 0o7777
        self.user = user
        self.group = group
        self.modificationTime = modificationTime
    }
}

/// The number of a device, in its two parts.
public struct DeviceNumber: Hashable, Sendable {
    /// The part that names the driver.
    public var major: UInt32
    /// The part that names the driver's device.
    public var minor: UInt32

    /// The number of these parts.
    public init(major: UInt32, minor: UInt32) {
        self.major = major
        self.minor = minor
    }
}
