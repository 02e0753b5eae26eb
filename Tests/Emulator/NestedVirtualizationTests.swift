// SPDX-License-Identifier: MIT
import Foundation
import Testing

@testable import Emulator

@Suite("Nested virtualisation")
struct NestedVirtualizationTests {
    typealias Leaf = NestedVirtualization.Leaf

    static let nestedPaging = Leaf(function: 0x8000_000A, ecx: 0, edx: 1)

    @Test("is there when KVM offers VMX, or SVM with nested paging")
    func offered() {
        let vmx = Leaf(function: 1, ecx: 1 << 5, edx: 0)
        let svm = Leaf(function: 0x8000_0001, ecx: 1 << 2, edx: 0)
        #expect(NestedVirtualization([vmx], device: "kvm") == .offered(.intel))
        #expect(NestedVirtualization([svm, Self.nestedPaging], device: "kvm") == .offered(.amd))
        #expect(
            NestedVirtualization([svm], device: "kvm") == .missing(reason: "kvm offers SVM without nested paging"))
    }

    @Test("is not there when KVM offers neither")
    func missing() {
        let others = [
            Leaf(function: 1, ecx: ~(1 << 5), edx: .max), Leaf(function: 0x8000_0001, ecx: ~(1 << 2), edx: .max),
            Self.nestedPaging,
        ]
        for leaves in [[], others] {
            #expect(
                NestedVirtualization(leaves, device: "kvm")
                    == .missing(reason: "kvm offers neither SVM nor VMX to virtual machines"))
        }
    }

    @Test("is missed with a reason where there is no KVM, or something else in its place")
    func probe() throws {
        #expect(NestedVirtualization.probe(device: "/nowhere/kvm") == .missing(reason: "there is no /nowhere/kvm"))
        #expect(
            NestedVirtualization.probe(device: "/dev/null")
                == .missing(reason: "/dev/null does not answer as KVM does"))
        #expect(
            NestedVirtualization.probe(device: "/")
                == .missing(reason: "/ may not be opened; are you in the group kvm?"))
    }
}
