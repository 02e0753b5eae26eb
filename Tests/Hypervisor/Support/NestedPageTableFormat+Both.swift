// SPDX-License-Identifier: MIT
import Testing

@testable import Hypervisor

extension NestedPageTableFormat: CustomTestStringConvertible {
    /// AMD's and Intel's: what is said of a physical map holds for both.
    static let both: [NestedPageTableFormat] = [.nestedPaging, .extendedPaging]

    public var testDescription: String {
        readWrite == NestedPageTableFormat.nestedPaging.readWrite ? "nested paging" : "extended paging"
    }
}
