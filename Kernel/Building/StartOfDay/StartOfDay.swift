// SPDX-License-Identifier: MIT

/// The plan of a PVH guest's memory at start: where RAM lies, and where the guest finds what it is told.
///
/// From the bottom up: the kernel where it wants to be; on the next page a block of start information, module list,
/// memory map and command line; then each module on a page of its own. Sources: Xen
/// `public/arch-x86/hvm/start_info.h` and `docs/misc/pvh.pandoc`.
public struct StartOfDay: Sendable {
    /// The longest command line, in bytes, without the zero at its end.
    public static let maximumCommandLineLength = 4096

    /// RAM from address 0 up, in bytes.
    public let lowMemorySize: UInt64

    /// RAM from 4 GiB up, in bytes; 0 where all of it is low.
    public let highMemorySize: UInt64

    /// What the guest is told about its address space, by rising address.
    public let memoryMap: BoundedList<4, MemoryMapEntry>

    /// Where `hvm_start_info` lies: EBX at the entry.
    public let startInfoAddress: UInt64

    /// Where the module list lies; 0 where there are no modules.
    public let moduleListAddress: UInt64

    /// Where the memory map lies.
    public let memoryMapAddress: UInt64

    /// Where the command line lies; 0 where it is empty.
    public let commandLineAddress: UInt64

    /// The length of the command line in bytes, without the zero at its end.
    public let commandLineLength: Int

    /// Where each module is to be copied: the first is the initial ramdisk.
    public let modules: BoundedList<8, PhysicalRange>

    /// Where the ACPI root pointer lies.
    public let acpiPointerAddress: UInt64

    let vCPUCount: Int

    /// Plans a guest of `memorySize` bytes, rounded down to whole pages.
    ///
    /// - Parameters:
    ///   - commandLineLength: in bytes, without a zero at the end.
    ///   - moduleSizes: the size in bytes of each module, in the order of the list.
    public init(
        memorySize: UInt64, image: GuestImage, commandLineLength: Int, moduleSizes: BoundedList<8, UInt64>,
        vCPUCount: Int
    ) throws(StartOfDayError) {
        guard 1...ACPITables.maximumVCPUCount ~= vCPUCount else { throw .wrongVCPUCount }
        guard 0...Self.maximumCommandLineLength ~= commandLineLength else { throw .commandLineTooLong }
        guard memorySize <= GuestPhysicalLayout.maximumMemory else { throw .tooMuchMemory }

        let memory = memorySize / GuestPhysicalLayout.pageSize * GuestPhysicalLayout.pageSize
        lowMemorySize = min(memory, GuestPhysicalLayout.lowMemoryLimit)
        highMemorySize = memory - lowMemorySize
        memoryMap = Self.memoryMap(lowMemorySize: lowMemorySize, highMemorySize: highMemorySize)

        // Image and command line are bounded, so these sums are far from 64 bits.
        startInfoAddress = Self.pageAbove(image.endAddress)
        let moduleList = startInfoAddress + 56
        memoryMapAddress = moduleList + UInt64(moduleSizes.count) * 32
        let commandLine = memoryMapAddress + UInt64(memoryMap.count) * 24
        let blockEnd = commandLine + UInt64(commandLineLength) + 1
        guard blockEnd <= GuestPhysicalLayout.startInfoLimit else { throw .imageTooHigh }
        guard blockEnd <= lowMemorySize else {
            throw .tooLittleMemoryForImage(required: Self.pageAbove(blockEnd))
        }
        moduleListAddress = moduleSizes.count > 0 ? moduleList : 0
        commandLineAddress = commandLineLength > 0 ? commandLine : 0
        modules = try Self.placeModules(moduleSizes, above: blockEnd, lowMemorySize: lowMemorySize)

        acpiPointerAddress = ACPITables(vCPUCount: vCPUCount).pointerAddress
        self.vCPUCount = vCPUCount
        self.commandLineLength = commandLineLength
    }
}
