// SPDX-License-Identifier: MIT

/// What `xen_version` tells, in its first argument (`XENVER_*`, Xen public header `version.h`).
///
/// The second argument points to the buffer. Strings fill their buffer to the end with zeros.
public enum XenVersionOperation: UInt32, CaseIterable, Sendable {
    /// Answers major version << 16 | minor version. No buffer.
    case version = 0
    /// What follows the version number: `extraVersionLength` bytes.
    case extraVersion = 1
    /// How it was built: `CompileInformationLayout`.
    case compileInformation = 2
    /// The kinds of guest it runs: `capabilitiesLength` bytes.
    case capabilities = 3
    /// Its revision: `changeSetLength` bytes.
    case changeSet = 4
    /// A `PlatformParameters`.
    case platformParameters = 5
    /// A `Features`.
    case getFeatures = 6
    /// Answers 4096. No buffer.
    case pageSize = 7
    /// The domain's UUID: 16 bytes.
    case guestHandle = 8
    /// The hypervisor's command line: `commandLineLength` bytes.
    case commandLine = 9
    /// The linker's build identifier: a `BuildIdentifier` and the bytes after it.
    case buildIdentifier = 10
}
