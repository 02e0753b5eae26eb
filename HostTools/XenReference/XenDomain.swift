// SPDX-License-Identifier: MIT
import DomainConfiguration

/// A guest as Xen is to start it: an ordinary PVH domain.
public struct XenDomain: Sendable {
    /// What its owner wants.
    public var configuration: DomainConfiguration
    /// The kernel's bytes: an ELF with a PVH note.
    public var kernel: [UInt8]
    /// The initial ramdisk's bytes.
    public var ramdisk: [UInt8]?

    /// A domain; see the properties.
    public init(_ configuration: DomainConfiguration, kernel: [UInt8], ramdisk: [UInt8]? = nil) {
        self.configuration = configuration
        self.kernel = kernel
        self.ramdisk = ramdisk
    }

    /// The configuration for `xl`, whose files lie in `/guests` under `name`.
    ///
    /// A domain that has ended is kept, so that the reason can be asked for. The time-stamp counter is the machine's, as
    /// on Apus: otherwise Xen would intercept each RDTSC. (xl.cfg(5))
    func xlConfiguration(named name: String) -> String {
        var lines = [
            "name = \"\(name)\"", "type = \"pvh\"", "kernel = \"/guests/\(name).kernel\"",
            "memory = \(configuration.memory)", "vcpus = \(configuration.vCPUCount)",
            "uuid = \"\(configuration.uuid)\"", "tsc_mode = \"native\"",
        ]
        if configuration.weight != DomainConfiguration.defaultWeight {
            lines.append("cpu_weight = \(configuration.weight)")
        }
        if configuration.cap != 0 { lines.append("cap = \(configuration.cap)") }
        if ramdisk != nil { lines.append("ramdisk = \"/guests/\(name).ramdisk\"") }
        if !configuration.commandLine.isEmpty { lines.append("cmdline = \(Self.quoted(configuration.commandLine))") }
        lines += ["poweroff", "reboot", "crash", "watchdog", "soft_reset"].map { "on_\($0) = \"preserve\"" }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A string as xl's parser takes it: in double quotes, or in single ones where it holds double ones.
    private static func quoted(_ text: String) -> String {
        let quote = text.contains("\"") ? "'" : "\""
        return quote + text.filter { $0 != "\n" && String($0) != quote } + quote
    }
}

/// Domains that are started together, and how long they may take.
public struct XenGroup: Sendable {
    public var domains: [XenDomain]
    /// Seconds until those that still run are taken to be silent.
    public var limit: Int

    /// A group of at least one domain.
    public init(_ domains: [XenDomain], limit: Int) {
        self.domains = domains
        self.limit = limit
    }
}
