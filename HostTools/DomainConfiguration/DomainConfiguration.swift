// SPDX-License-Identifier: MIT

/// A domain as its owner wants it: what `xl.cfg` says, with defaults filled in and paths resolved.
public struct DomainConfiguration: Equatable, Sendable {
    /// The name, unique among the domains that are started together: 1 to 64 bytes of UTF-8.
    public var name: String

    /// The path of the kernel.
    public var kernel: String

    /// The path of the initial ramdisk, if there is one.
    public var ramdisk: String?

    /// The kernel's command line: at most 4096 bytes of UTF-8.
    public var commandLine: String

    /// The memory in MiB, 1...1048576.
    public var memory: Int

    /// How many vCPUs, 1...128.
    public var vCPUCount: Int

    /// The identity of the domain, which guests read as `/sys/hypervisor/uuid`.
    public var uuid: DomainUUID

    /// How much of the processors' time each vCPU gets in proportion to those of other domains, 1...65535.
    public var weight: Int

    /// The most that all vCPUs together get of the processors' time, in per cent of one; 0 for no limit.
    public var cap: Int

    /// What a domain gets whose configuration does not say `cpu_weight=`: Xen's default.
    public static let defaultWeight = 256

    /// What a domain gets whose configuration does not say `memory=`, in MiB.
    public static let defaultMemory = 128

    /// A domain without a configuration file. Without a `uuid` it gets the one that is derived from its name.
    public init(
        name: String, kernel: String, ramdisk: String? = nil, commandLine: String = "",
        memory: Int = DomainConfiguration.defaultMemory, vCPUCount: Int = 1, uuid: DomainUUID? = nil,
        weight: Int = DomainConfiguration.defaultWeight, cap: Int = 0
    ) {
        self.name = name
        self.kernel = kernel
        self.ramdisk = ramdisk
        self.commandLine = commandLine
        self.memory = memory
        self.vCPUCount = vCPUCount
        self.uuid = uuid ?? DomainUUID(derivedFromName: name)
        self.weight = weight
        self.cap = cap
    }
}
