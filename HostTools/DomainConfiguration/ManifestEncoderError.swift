// SPDX-License-Identifier: MIT

import Building

/// Why domains cannot be started together.
public enum ManifestEncoderError: Error, Equatable, CustomStringConvertible, Sendable {
    /// Two domains have the same name.
    case duplicateName(String)
    /// Two domains have the same UUID.
    case duplicateUUID(DomainUUID)
    /// The kernel would refuse the manifest.
    case refused(ManifestError)

    /// What is wrong and what to do.
    public var description: String {
        switch self {
        case .duplicateName(let name): "two domains are named \"\(name)\"; give each its own name="
        case .duplicateUUID(let uuid): "two domains have the uuid \(uuid); give each its own uuid="
        case .refused(let error): "the domains cannot be described to the kernel: \(error.message)"
        }
    }
}
