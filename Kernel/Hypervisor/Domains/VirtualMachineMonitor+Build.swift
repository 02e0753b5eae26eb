// SPDX-License-Identifier: MIT
import Architecture
import Building
import CPU
import Diagnostics
import Locking
import Synchronization
import XenInterface

extension VirtualMachineMonitor {
    /// Builds a domain and lets it run: memory, kernel, start of day, virtual CPUs, event channels. (Xen
    /// `docs/misc/pvh.pandoc`)
    ///
    /// - Throws: why it cannot be built; nothing of it remains then.
    public func build(_ specification: DomainSpecification, identifier: UInt16) throws(DomainBuildError) {
        guard vcpuCount + specification.vcpuCount <= 512 else { throw .tooManyVirtualCPUs }
        let image = try parseImage(specification.kernel)
        let plan = try plan(specification, image)
        let ramFrames = specification.memorySize / frameSize
        guard
            let domain = Domain(
                identifier: DomainIdentifier(rawValue: identifier), name: specification.name,
                handle: specification.handle, frameCount: ramFrames + GuestPhysicalLayout.acpi.size / frameSize,
                vcpuCount: specification.vcpuCount, format: nestedPageTableFormat, allocator: allocator,
                scheduler: scheduler, share: specification.share)
        else { throw .outOfMemory }
        do throws(XenError) {
            try giveMemory(to: domain, plan)
            try load(specification, image, plan, into: domain)
            try connectRings(of: domain)
        } catch {
            throw .outOfMemory
        }
        domain.sharedInfo.writeWallClock(clock)
        try addVirtualCPUs(specification.vcpuCount, to: domain, plan, image)
        domain.describeMemory(plan)
        domain.physicalMap.needsFlush = false
        remainingDomainCount.wrappingAdd(1, ordering: .sequentiallyConsistent)
        for vcpu in domain.vcpus { scheduler.add(vcpu) }
        domainsLock.withLock { domains.append(domain) }
    }

    /// How many virtual CPUs there are in all domains.
    private var vcpuCount: Int { domains.reduce(0) { $0 + $1.vcpus.count } }

    private func parseImage(_ kernel: HostRange) throws(DomainBuildError) -> GuestImage {
        let result = PhysicalMemory.withBytes(at: kernel.start, count: kernel.count) {
            bytes -> Result<GuestImage, GuestImageError> in
            do throws(GuestImageError) {
                return .success(try GuestImage(parsing: bytes))
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let image): return image
        case .failure(let error): throw .image(error)
        }
    }

    private func plan(_ specification: DomainSpecification, _ image: GuestImage) throws(DomainBuildError) -> StartOfDay
    {
        var modules = BoundedList<8, UInt64>(filler: 0)
        if let ramdisk = specification.ramdisk { _ = modules.append(ramdisk.count) }
        do throws(StartOfDayError) {
            return try StartOfDay(
                memorySize: specification.memorySize, image: image,
                commandLineLength: Int(specification.commandLine.count), moduleSizes: modules,
                vCPUCount: specification.vcpuCount)
        } catch {
            throw .layout(error)
        }
    }

    /// Maps zeroed memory: the low and the high part of the plan, and a page for the ACPI tables.
    private func giveMemory(to domain: Domain, _ plan: StartOfDay) throws(XenError) {
        try populate(domain, from: 0, size: plan.lowMemorySize)
        try populate(domain, from: GuestPhysicalLayout.highMemoryStart, size: plan.highMemorySize)
        try populate(domain, from: GuestPhysicalLayout.acpi.address, size: GuestPhysicalLayout.acpi.size)
    }

    /// Maps memory with pages of 2 MiB where they fit, and the machine has them, else with pages of 4 KiB.
    private func populate(_ domain: Domain, from start: UInt64, size: UInt64) throws(XenError) {
        var frame = GuestPhysicalAddress(start).frame
        let end = GuestPhysicalAddress(start &+ size).frame
        while frame < end {
            let isLarge = frame.number % 512 == 0 && frame.advanced(by: 512) <= end
            if isLarge, let memory = allocator.takeLargeFrame() {
                for offset in UInt64(0)..<512 { PhysicalMemory.fill(memory.advanced(by: offset)) }
                do throws(XenError) {
                    try domain.physicalMap.mapLarge(frame, to: memory)
                } catch {
                    allocator.release(from: memory, to: memory.advanced(by: 512))
                    throw error
                }
                frame = frame.advanced(by: 512)
            } else {
                try addMemory(to: domain, at: frame)
                frame = frame.advanced(by: 1)
            }
        }
    }

    /// Copies the kernel, the ramdisk and the start of day into the domain's memory.
    private func load(
        _ specification: DomainSpecification, _ image: GuestImage, _ plan: StartOfDay, into domain: Domain
    ) throws(XenError) {
        var sink = DomainMemorySink(domain: domain)
        let kernel = specification.kernel
        try PhysicalMemory.withBytes(at: kernel.start, count: kernel.count) { bytes -> Result<Void, XenError> in
            sink.attempt { sink throws(XenError) in try image.load(from: bytes, into: &sink) }
        }.get()
        let line = specification.commandLine
        try PhysicalMemory.withBytes(at: line.start, count: line.count) { bytes -> Result<Void, XenError> in
            sink.attempt { sink throws(XenError) in try plan.write(commandLine: bytes, to: &sink) }
        }.get()
        if let ramdisk = specification.ramdisk, plan.modules.count > 0 {
            let place = plan.modules[0].address
            try PhysicalMemory.withBytes(at: ramdisk.start, count: ramdisk.count) { bytes -> Result<Void, XenError> in
                sink.attempt { sink throws(XenError) in try sink.write(bytes, at: place) }
            }.get()
        }
    }

    /// Ports 1 and 2 are xenstore's and the console's, as Xen's tools number them. Their pages are granted to the control domain.
    private func connectRings(of domain: Domain) throws(XenError) {
        domain.parameters.xenstorePort = try domain.openEventChannel(.interdomain(.control, port: 0))
        domain.parameters.consolePort = try domain.openEventChannel(.interdomain(.control, port: 0))
        domain.parameters.xenstoreFrame = SpecialPage.xenstore.frame
        domain.parameters.consoleFrame = SpecialPage.console.frame
        try show(domain.xenstore.ring.page.frame, as: .xenstore, grantedBy: .xenstore, to: domain)
        try show(domain.console.ring.frame, as: .console, grantedBy: .console, to: domain)
    }

    /// Maps a ring's page at its place in the domain's memory, and grants it to the control domain.
    private func show(
        _ ring: HostFrame, as page: SpecialPage, grantedBy reference: GrantReference, to domain: Domain
    ) throws(XenError) {
        try domain.physicalMap.map(GuestFrame(page.frame), to: ring, use: .special)
        let entry = GrantEntry(
            flags: GrantFlags.permitAccess.rawValue, domain: .control,
            guestFrame: UInt32(truncatingIfNeeded: page.frame))
        domain.grantTable.set(reference, to: entry)
    }

    /// The first virtual CPU starts at the kernel's entry point; the others wait to be started.
    private func addVirtualCPUs(
        _ count: Int, to domain: Domain, _ plan: StartOfDay, _ image: GuestImage
    ) throws(DomainBuildError) {
        for number in 0..<UInt32(count) {
            guard let vcpu = VirtualCPU(identifier: number, domain: domain, allocator: allocator) else {
                domain.vcpus = []
                throw .outOfMemory
            }
            vcpu.writeTime(clock)
            domain.vcpus.append(vcpu)
        }
        guard let first = domain.vcpus.first else { return }
        first.startState = .protectedMode(entry: image.entry)
        first.startRegisters.rbx = plan.startInfoAddress
        first.pending.insert(.startup)
        first.isInitialized = true
        first.activity = .runnable
    }
}

/// Writes into a domain's memory while it is being built.
struct DomainMemorySink: GuestMemorySink {
    let domain: Domain

    /// Writes bytes, page by page.
    ///
    /// - Throws: `.badAddress` where the domain has no memory.
    mutating func write(_ bytes: Span<UInt8>, at guestPhysicalAddress: UInt64) throws(XenError) {
        var done = 0
        while done < bytes.count {
            let place = GuestPhysicalAddress(guestPhysicalAddress &+ UInt64(done))
            guard let host = domain.physicalMap.tables.translate(place, forWriting: true) else { throw .badAddress }
            let count = min(bytes.count &- done, Int(frameSize &- place.offset))
            PhysicalMemory.copy(bytes.extracting(done..<done &+ count), to: host)
            done &+= count
        }
    }

    /// Does something with the sink, and turns what it throws into a value.
    mutating func attempt(_ body: (inout DomainMemorySink) throws(XenError) -> Void) -> Result<Void, XenError> {
        do throws(XenError) {
            try body(&self)
            return .success(())
        } catch {
            return .failure(error)
        }
    }
}

extension Domain {
    /// Takes over the memory map of the plan.
    func describeMemory(_ plan: StartOfDay) {
        for index in 0..<plan.memoryMap.count {
            let entry = plan.memoryMap[index]
            var range = MemoryMapRange()
            range.start = PackedUInt64(entry.range.address)
            range.size = PackedUInt64(entry.range.size)
            range.kind = entry.kind.rawValue
            _ = memoryMap.append(range)
        }
    }
}
