// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

@testable import Hypervisor

/// Two domains that have most of what the hypervisor keeps books about.
struct AuditScene {
    let hypervisor: TestHypervisor

    init(_ hypervisor: TestHypervisor) {
        self.hypervisor = hypervisor
    }

    /// The reference by which the first domain grants the second its frame 0x80, which is mapped twice.
    static let reference: UInt32 = 9

    /// A domain that grants, and one that maps; each has ports, special pages and registered memory.
    func guests() throws -> (owner: TestGuest, user: TestGuest) {
        let loaded = (try hypervisor.specification(vcpuCount: 2), try hypervisor.specification(vcpuCount: 2))
        hypervisor.monitor.prepareAudits(from: hypervisor.arena.firstFrame)
        let (owner, user) = (try guest(loaded.0, 1), try guest(loaded.1, 2))
        try connect(owner, user)
        try share(owner, user)
        for guest in [owner, user] {
            try guest.showSpecialPages()
            try guest.registerMemory()
        }
        return (owner, user)
    }

    /// A domain whose kernel was loaded before the audits were prepared, as a boot loader does.
    private func guest(_ specification: DomainSpecification, _ number: UInt16) throws -> TestGuest {
        try hypervisor.monitor.build(specification, identifier: number)
        guard let domain = hypervisor.monitor.domains.last, let vcpu = domain.vcpus.first else {
            throw TestArena.MissingFrame()
        }
        vcpu.pending.remove(.startup)
        return TestGuest(domain, vcpu, hypervisor)
    }

    private func connect(_ owner: TestGuest, _ user: TestGuest) throws {
        let port = try owner.openPort(for: user.identifier)
        _ = try user.bind(to: owner.identifier, port: port)
        _ = try owner.openInterprocessor(vcpu: 1)
        var timer = EventChannelOperation.BindVIRQ(virtualInterrupt: 0, vcpu: 1)
        _ = try owner.call(.eventChannelOperation, EventChannelOperation.bindVIRQ.rawValue, &timer)
        var physical = EventChannelOperation.BindPIRQ(physicalInterrupt: 5, flags: 0)
        _ = try user.call(.eventChannelOperation, EventChannelOperation.bindPIRQ.rawValue, &physical)
    }

    /// The granted frame is given back while it is mapped: it is an orphan.
    private func share(_ owner: TestGuest, _ user: TestGuest) throws {
        owner.grant(AuditScene.reference, frame: 0x80, to: user.identifier)
        _ = try user.map(AuditScene.reference, of: owner.identifier)
        _ = try user.map(
            AuditScene.reference, of: owner.identifier, at: TestGuest.mappingPlace + 4096, [.host, .readOnly])
        _ = try owner.giveBack(0x80)
    }
}

extension TestGuest {
    /// How many frames of memory the domain has.
    var frameCount: UInt64 { domain.physicalMap.ramFrameCount }

    /// What is mapped at a guest frame.
    func mapping(at frame: GuestFrame) -> NestedPageTables.Mapping? { domain.physicalMap.lookup(frame) }

    /// The address of the entry that maps a guest frame, which is mapped with a small page.
    func nestedEntry(of frame: GuestFrame) -> HostPhysicalAddress {
        var table = domain.physicalMap.root.value
        for level in [4, 3, 2] as [UInt64] {
            let slot = table + tableIndex(of: frame.address.value, level: level) * 8
            table = PhysicalMemory.read(UInt64.self, at: HostPhysicalAddress(slot)) & PageTableEntry.addressMask
        }
        return HostPhysicalAddress(table + tableIndex(of: frame.address.value, level: 1) * 8)
    }

    fileprivate func showSpecialPages() throws {
        for (space, index, place) in [(0, 0, 0x9_0000), (1, 0, 0x9_0001), (1, 3, 0x9_0002)]
            as [(UInt32, UInt64, UInt64)]
        {
            let arguments = MemoryOperation.AddToPhysicalMap(
                domain: .caller, space: space, index: index, guestFrame: place)
            _ = try call(.memoryOperation, MemoryOperation.addToPhysicalMap.rawValue, arguments)
        }
    }

    fileprivate func registerMemory() throws {
        let information = VCPUOperation.RegisterVCPUInfo(guestFrame: 0x90, offset: 64)
        try place(information)
        _ = call(.vcpuOperation, UInt64(VCPUOperation.registerVCPUInfo.rawValue), 0, TestGuest.argumentPlace)
        for vcpu in 0..<2 as Range<UInt32> {
            let control = EventChannelOperation.InitializeControl(controlFrame: 0x91, offset: vcpu * 128, vcpu: vcpu)
            _ = try call(.eventChannelOperation, EventChannelOperation.initializeControl.rawValue, control)
        }
        let array = EventChannelOperation.ExpandArray(arrayFrame: 0x92)
        _ = try call(.eventChannelOperation, EventChannelOperation.expandArray.rawValue, array)
    }
}

extension Audit {
    /// The rules that were found broken.
    var complaints: [AuditRule] { (0..<toldFindings).map { findings[$0].rule } }
}
