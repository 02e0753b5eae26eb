// SPDX-License-Identifier: MIT
import Architecture
import Building
import Diagnostics
import Hypervisor
import Machine

/// The memory of a domain for which nobody has said how much it gets: 128 MiB, or its share of what is free.
private func defaultMemorySize(shares: Int, of allocator: FrameAllocator) -> UInt64 {
    let tables: UInt64 = 2 << 20
    let share = allocator.freeCount &* frameSize / UInt64(max(shares, 1))
    return min(128 << 20, (share > tables ? share &- tables : 0) & ~0xF_FFFF)
}

/// Builds the domains that the boot modules describe: those of a manifest, if the first module is one; else one of each module.
/// Then the modules' memory is free.
func buildDomains(of monitor: VirtualMachineMonitor<HostMachine>, _ boot: BootInformation) {
    guard boot.moduleCount > 0 else {
        Log.write("no modules: a guest's kernel is passed by `module` in GRUB, or by -initrd in QEMU")
        return
    }
    if !buildFromManifest(of: monitor, boot) {
        for index in 0..<boot.moduleCount {
            let memorySize = defaultMemorySize(shares: boot.moduleCount - index, of: monitor.allocator)
            let specification = specification(ofModule: index, boot, memorySize: memorySize)
            build(specification, identifier: UInt16(index) + 1, of: monitor)
        }
    }
    for index in 0..<boot.moduleCount {
        let module = boot.module(index)
        monitor.release(
            from: HostFrame((module.start.value &+ frameSize &- 1) / frameSize),
            to: HostFrame(module.end.value / frameSize))
    }
}

/// Builds the domains of the manifest. Returns false when the first module is none.
private func buildFromManifest(
    of monitor: VirtualMachineMonitor<HostMachine>, _ boot: BootInformation
) -> Bool {
    let first = boot.module(0).range
    return PhysicalMemory.withBytes(at: first.start, count: first.count) { bytes in
        guard Manifest.isManifest(bytes) else { return false }
        do throws(ManifestError) {
            let manifest = try Manifest(parsing: bytes, moduleCount: boot.moduleCount)
            for index in 0..<manifest.domainCount {
                let domain = try manifest.domain(at: index, of: bytes)
                build(specification(of: domain, bytes, first, boot), identifier: UInt16(index) + 1, of: monitor)
            }
        } catch {
            Log.write("the manifest in the first module is broken at byte \(error.offset): \(error.message)")
        }
        return true
    }
}

private func build(
    _ specification: DomainSpecification, identifier: UInt16,
    of monitor: VirtualMachineMonitor<HostMachine>
) {
    var line: Message = "d\(identifier) \""
    for index in 0..<specification.name.count { line.append(specification.name.bytes[index]) }
    do throws(DomainBuildError) {
        try monitor.build(specification, identifier: identifier)
        line.append("\" built: ")
        line.append(specification.memorySize >> 20, base: 10)
        line.append(" MiB, virtual CPUs: ")
        line.append(UInt64(specification.vcpuCount), base: 10)
        Log.info(line)
    } catch {
        line.append("\" cannot be built: ")
        line.append(error.message)
        Log.write(line)
        monitor.noteFailedBuild()
    }
}

/// What the manifest says of a domain.
private func specification(
    of domain: ManifestDomain, _ bytes: Span<UInt8>, _ manifest: HostRange, _ boot: BootInformation
) -> DomainSpecification {
    var name = Message()
    name.appendPrintable(bytes.extracting(domain.name))
    let line = HostRange(
        start: manifest.start.advanced(by: UInt64(domain.commandLine.lowerBound)),
        count: UInt64(domain.commandLine.count))
    return DomainSpecification(
        name: name, handle: domain.uuid, kernel: boot.module(domain.kernelModule).range,
        ramdisk: domain.ramdiskModule.map { boot.module($0).range }, commandLine: line,
        memorySize: UInt64(domain.memory) << 20, vcpuCount: domain.vCPUCount,
        share: SchedulingShare(weight: domain.weight, cap: domain.cap))
}

/// What a module without a manifest stands for: a kernel, behind whose file name its command line stands.
private func specification(
    ofModule index: Int, _ boot: BootInformation, memorySize: UInt64
) -> DomainSpecification {
    let module = boot.module(index)
    var name = Message()
    var commandLine = HostRange(start: module.argumentsAddress, count: 0)
    PhysicalMemory.withText(at: module.argumentsAddress) { text in
        var start = 0
        if boot.textsBeginWithFileName {
            while start < text.count && text[start] != UInt8(ascii: " ") { start += 1 }
            name.appendPrintable(text.extracting(fileStem(text.extracting(0..<start))))
            while start < text.count && text[start] == UInt8(ascii: " ") { start += 1 }
        }
        commandLine = HostRange(
            start: module.argumentsAddress.advanced(by: UInt64(start)), count: UInt64(text.count - start))
    }
    if name.count == 0 { name = "guest\(index + 1)" }
    var handle = InlineArray<16, UInt8>(repeating: 0)
    handle[15] = UInt8(truncatingIfNeeded: index + 1)
    return DomainSpecification(
        name: name, handle: handle, kernel: module.range, ramdisk: nil, commandLine: commandLine,
        memorySize: memorySize, vcpuCount: 1)
}

/// Where in a path the file's name stands, without the folders and its ending.
private func fileStem(_ path: Span<UInt8>) -> Range<Int> {
    var start = 0
    for index in path.indices where path[index] == UInt8(ascii: "/") { start = index + 1 }
    var end = path.count
    for index in start..<path.count where path[index] == UInt8(ascii: ".") && index > start { end = index }
    return start..<end
}

extension BootInformation.Module {
    /// Where the module's bytes are.
    var range: HostRange { HostRange(start: start, count: end.value &- start.value) }
}
