// SPDX-License-Identifier: MIT
import Testing

@testable import VMX

/// A way to break a rule, and a word that the message must have.
struct BrokenRule: CustomTestStringConvertible {
    let word: String
    private let apply: @Sendable (RecordedVMCS) -> Void

    init(_ word: String, _ apply: @escaping @Sendable (RecordedVMCS) -> Void) {
        self.word = word
        self.apply = apply
    }

    var testDescription: String { word }

    /// Breaks the rule of a VMCS that breaks none, and looks whether it is named.
    func check(_ vmcs: RecordedVMCS, sourceLocation: SourceLocation = #_sourceLocation) throws {
        try #require(vmcs.rule == nil, sourceLocation: sourceLocation)
        apply(vmcs)
        let rule = try #require(vmcs.rule, sourceLocation: sourceLocation)
        #expect(rule.contains(word), sourceLocation: sourceLocation)
    }
}

extension RecordedVMCS {
    /// The broken rule as text; nil when none is.
    var rule: String? { brokenRule.map { "\($0)" } }
}
