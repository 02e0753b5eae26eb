// SPDX-License-Identifier: MIT
import CPU
import Instructions
import XenInterface

/// All that a guest has to work with.
public struct Guest {
    /// The way to the hypervisor.
    public internal(set) var hypercalls: Hypercalls
    /// Where its output goes.
    public var console: Console
    /// Free pages.
    public var pages = PageAllocator()
    /// The shared info page.
    public let sharedInfo: SharedInfo
    /// The first vCPU's information: in the shared info page until it is registered elsewhere.
    public var vcpuInfo: VCPUInfo
    /// What the domain builder left for the guest.
    public let startInfo: StartInfo

    /// Sets a guest up: hypercalls, console and shared info page. Ends the domain, after saying why, if there is none.
    ///
    /// - Parameter startInfo: the address that `guest_main` is called with.
    public init(startInfo address: UInt64) {
        hypercalls = Hypercalls()
        startInfo = Memory.load(address, as: StartInfo.self)
        console = Console(hypercalls, isRingOnly: Guest.option("ring", of: startInfo) == 1)
        guard let page = pages.allocate(), let sharedInfo = SharedInfo(at: page, hypercalls) else {
            console.writeLine("# The hypervisor does not map the shared info page: is this Xen or Apus?")
            hypercalls.shutDown(.crash)
        }
        self.sharedInfo = sharedInfo
        vcpuInfo = VCPUInfo(at: sharedInfo.field(sharedInfo.layout.vcpuInfo))
    }

    /// The address at which the guest's image ends, its pool of pages included.
    public var imageEnd: UInt64 { guest_image_end_address() }

    /// The guest's own number, as CPUID tells it.
    public var identifier: DomainIdentifier {
        let leaf = Processor.identify(HypervisorLeaf.features.rawValue)
        return DomainIdentifier(rawValue: UInt16(truncatingIfNeeded: leaf.ecx))
    }

    /// The system time in nanoseconds.
    public var now: UInt64 { vcpuInfo.time.now }
}
