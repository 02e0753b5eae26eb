// SPDX-License-Identifier: MIT
import Building
import DomainConfiguration
import FileTree

/// A guest whose files are read and checked: it can be started as far as a host can tell.
struct Guest {
    let configuration: DomainConfiguration
    private let kernel: KernelFile
    private let ramdiskSize: Int?

    /// Whether it has an initial ramdisk.
    var hasRamdisk: Bool { ramdiskSize != nil }

    /// Reads the kernel, if it was not read before, and plans the domain's memory as the hypervisor will.
    /// - Throws: naming the file and the reason why the domain could not start.
    init(_ configuration: DomainConfiguration, kernel known: KernelFile? = nil) throws(CommandFailure) {
        self.configuration = configuration
        if let known { kernel = known } else { kernel = try KernelFile(configuration.kernel) }
        if let path = configuration.ramdisk {
            ramdiskSize = try CommandFailure.asInput { () throws(HostFileError) in
                Int(try HostFile(reading: path).size)
            }
        } else {
            ramdiskSize = nil
        }
        try checkMemory()
    }

    private func checkMemory() throws(CommandFailure) {
        var sizes = BoundedList<8, UInt64>(filler: 0)
        if let ramdiskSize { sizes.append(UInt64(ramdiskSize)) }
        do throws(StartOfDayError) {
            _ = try StartOfDay(
                memorySize: UInt64(configuration.memory) << 20, image: kernel.image,
                commandLineLength: configuration.commandLine.utf8.count, moduleSizes: sizes,
                vCPUCount: configuration.vCPUCount)
        } catch {
            let enough = error.requiredMemory.map { " (\(($0 + (1 << 20) - 1) >> 20) MiB are enough)" } ?? ""
            throw .input(
                "\(configuration.kernel): domain \"\(configuration.name)\", \(configuration.memory) MiB: "
                    + "\(error.message)\(enough)")
        }
    }

    /// The kernel as a boot module.
    func kernel(named name: String) -> BootModule {
        BootModule(name: name, contents: kernel.contents, size: kernel.size)
    }

    /// The ramdisk as a boot module.
    func ramdisk(named name: String) -> BootModule? {
        guard let path = configuration.ramdisk, let ramdiskSize else { return nil }
        return BootModule(name: name, contents: .file(path: path, size: Int64(ramdiskSize)), size: ramdiskSize)
    }
}
