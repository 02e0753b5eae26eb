// SPDX-License-Identifier: MIT
import Foundation

/// Whether this host can run a hypervisor in a virtual machine: whether Linux' KVM gives its guests SVM or VMX.
public enum NestedVirtualization: Sendable, Equatable {
    /// It does, on a processor of this vendor.
    case offered(ProcessorVendor)
    /// It does not, for this reason.
    case missing(reason: String)

    /// Asks KVM which processor features a virtual machine can have.
    public static func probe(device: String = "/dev/kvm") -> NestedVirtualization {
        guard FileManager.default.fileExists(atPath: device) else {
            return .missing(reason: "there is no \(device)")
        }
        guard let file = FileHandle(forUpdatingAtPath: device) else {
            return .missing(reason: "\(device) may not be opened; are you in the group kvm?")
        }
        defer { try? file.close() }
        guard let leaves = supportedLeaves(file.fileDescriptor) else {
            return .missing(reason: "\(device) does not answer as KVM does")
        }
        return NestedVirtualization(leaves, device: device)
    }

    /// A CPUID leaf as KVM tells it (Linux' Documentation/virt/kvm/api.rst, `struct kvm_cpuid_entry2`).
    struct Leaf {
        var function: UInt32
        var ecx: UInt32
        var edx: UInt32
    }

    /// Judges the features that a virtual machine can have. KVM leaves SVM and VMX out where its parameter `nested` is off.
    init(_ leaves: [Leaf], device: String) {
        let hasVMX = leaves.contains { $0.function == 1 && $0.ecx & 1 << 5 != 0 }
        let hasSVM = leaves.contains { $0.function == 0x8000_0001 && $0.ecx & 1 << 2 != 0 }
        let hasNestedPaging = leaves.contains { $0.function == 0x8000_000A && $0.edx & 1 != 0 }
        self =
            if hasVMX {
                .offered(.intel)
            } else if hasSVM && hasNestedPaging {
                .offered(.amd)
            } else if hasSVM {
                .missing(reason: "\(device) offers SVM without nested paging")
            } else {
                .missing(reason: "\(device) offers neither SVM nor VMX to virtual machines")
            }
    }

    /// KVM_GET_SUPPORTED_CPUID, with room for as many leaves as KVM knows at most.
    private static func supportedLeaves(_ descriptor: CInt) -> [Leaf]? {
        let request: UInt = 0xC008_AE05
        let capacity = 256
        let wordsPerLeaf = 10
        var words = [UInt32](repeating: 0, count: 2 + capacity * wordsPerLeaf)
        words[0] = UInt32(capacity)
        // SAFETY: the first word tells KVM how many leaves fit behind the two words of the heading; it writes no more.
        let result = unsafe words.withUnsafeMutableBytes { buffer in
            unsafe buffer.baseAddress.map { unsafe ioctl(descriptor, request, $0) } ?? -1
        }
        guard result == 0 else { return nil }
        return (0..<min(Int(words[0]), capacity)).map { index in
            let entry = words[(2 + index * wordsPerLeaf)...]
            return Leaf(
                function: entry[entry.startIndex], ecx: entry[entry.startIndex + 5], edx: entry[entry.startIndex + 6])
        }
    }
}
