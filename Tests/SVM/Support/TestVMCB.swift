// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor
import TestMemory

@testable import SVM

/// A frame of memory with a VMCB in it, all zeros at first but for the features of the processor.
final class TestVMCB {
    let vmcb: VMCB
    private let frame = TestFrames(count: 1)

    init(features: SVMFeatures = []) {
        vmcb = VMCB(at: frame.first.address)
        vmcb.control.features = features
    }

    /// The eight bytes at an offset, as the processor sees them.
    func word(_ offset: UInt64) -> UInt64 {
        PhysicalMemory.read(UInt64.self, at: frame.first.address.advanced(by: offset))
    }

    /// A guest in flat 32-bit mode that VMRUN accepts.
    static func legal() -> TestVMCB {
        let test = TestVMCB()
        test.vmcb.load(.protectedMode(entry: 0x1000))
        test.vmcb.control.virtualizationIntercepts = .vmrun
        test.vmcb.control.addressSpaceIdentifier = 1
        test.vmcb.control.nestedPagingEnable = 1
        test.vmcb.control.nestedCR3 = 0x5000
        return test
    }
}
