// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// The CPUID leaves of the hypervisor, and what it hides in the ordinary ones.
func cpuid(_ suite: inout Suite) {
    suite.test("CPUID: leaf 0x40000000 has Xen's signature and at least four more leaves") { test in
        let leaf = Processor.identify(HypervisorLeaf.signature.rawValue)
        test.expect(leaf.ebx, equals: HypervisorLeaf.signatureEBX)
        test.expect(leaf.ecx, equals: HypervisorLeaf.signatureECX)
        test.expect(leaf.edx, equals: HypervisorLeaf.signatureEDX)
        test.expect(leaf.eax >= HypervisorLeaf.features.rawValue)
        test.expect(leaf.eax < HypervisorLeaf.signature.rawValue + 0x100)
    }
    suite.test("CPUID: leaf 0x40000001 is the version that xen_version tells") { test in
        let leaf = Processor.identify(HypervisorLeaf.version.rawValue)
        test.expect(Int64(leaf.eax), is: test.hypercalls.call(.xenVersion))
        test.expect(leaf.ebx | leaf.ecx | leaf.edx, equals: 0)
    }
    suite.test("CPUID: leaf 0x40000002 names one hypercall page and its MSR") { test in
        let leaf = Processor.identify(HypervisorLeaf.hypercallPage.rawValue)
        test.expect(leaf.eax, equals: 1)
        test.expect(leaf.ebx, equals: HypercallPage.modelSpecificRegister)
    }
    suite.test("CPUID: leaf 0x40000003 tells the TSC's frequency as the clock does") { test in
        let kilohertz = UInt64(Processor.identify(HypervisorLeaf.time.rawValue, 0).ecx)
        let clock = test.guest.vcpuInfo.time.frequency / 1000
        test.expect(clock > 0 && kilohertz > clock / 100 * 98 && kilohertz < clock / 100 * 102)
    }
    suite.test("CPUID: leaf 0x40000004 tells the vCPU's and the domain's number") { test in
        let leaf = Processor.identify(HypervisorLeaf.features.rawValue)
        let features = HypervisorFeatures(rawValue: leaf.eax)
        test.expect(features.contains(.vcpuIdentifier))
        test.expect(features.contains(.domainIdentifier))
        test.expect(leaf.ebx, equals: 0)
        test.expect(leaf.ecx < UInt32(DomainIdentifier.firstReserved))
        test.expect(Processor.identify(HypervisorLeaf.features.rawValue, 1).eax, equals: 0)
    }
    suite.test("CPUID: leaf 0x40000004 says that each vCPU may have a vector, and that mappings are valid for devices")
    {
        test in
        let features = HypervisorFeatures(rawValue: Processor.identify(HypervisorLeaf.features.rawValue).eax)
        test.expect(features.contains(.upcallVector))
        test.expect(features.contains(.iommuMappings))
        test.expect(!features.contains(.extendedDestination))
    }
    suite.test("CPUID: leaf 0x40000003 says that the TSC is the machine's own, and was set once") { test in
        let leaf = Processor.identify(HypervisorLeaf.time.rawValue, 0)
        test.expect(leaf.eax & 1, equals: 0)
        test.expect(leaf.ebx, equals: 2)
        test.expect(leaf.edx, equals: 1)
        test.expect(Processor.identify(HypervisorLeaf.time.rawValue, 2).eax, equals: leaf.ecx)
    }
    suite.test("CPUID: the leaf after the hypervisor's last is empty") { test in
        let last = Processor.identify(HypervisorLeaf.signature.rawValue).eax
        let leaf = Processor.identify(last + 1)
        test.expect(leaf.eax | leaf.ebx | leaf.ecx | leaf.edx, equals: 0)
    }
    ordinaryLeaves(&suite)
}

private func ordinaryLeaves(_ suite: inout Suite) {
    suite.test("CPUID: leaf 1 says that there are a hypervisor and a local APIC") { test in
        let leaf = Processor.identify(1)
        test.expect(leaf.ecx & 1 << 31 != 0)
        test.expect(leaf.edx & 1 << 9 != 0)
    }
    suite.test("CPUID: leaf 1 tells the initial APIC identifier of the first vCPU, 0") { test in
        test.expect(Processor.identify(1).ebx >> 24, equals: 0)
    }
    suite.test("CPUID: VMX, SVM and MONITOR are hidden") { test in
        let leaf = Processor.identify(1)
        test.expect(leaf.ecx & 1 << 5, equals: 0)
        test.expect(leaf.ecx & 1 << 3, equals: 0)
        test.expect(Processor.identify(0x8000_0001).ecx & 1 << 2, equals: 0)
    }
    suite.test("CPUID: long mode is there") { test in
        test.expect(Processor.identify(0x8000_0001).edx & 1 << 29 != 0)
    }
}
