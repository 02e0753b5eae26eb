// SPDX-License-Identifier: MIT

import Building

/// The settings of a domain, each with its own rules.
extension SettingsReader {
    mutating func name() throws(ConfigurationProblem) -> String {
        guard let (name, setting) = try text("name") else {
            throw missing("name", advice: "add a line like name = \"guest\"")
        }
        let isPrintable = name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
        guard isPrintable, 1...ManifestLayout.maximumNameLength ~= name.utf8.count else {
            throw ConfigurationProblem(
                "'name' must have 1 to 64 bytes and no control characters", advice: "choose another name",
                at: setting.valuePosition)
        }
        return name
    }

    /// PVH is the only type there is. Xen's own default is PV, so a missing type is worth a warning. An HVM domain that brings its own
    /// firmware is entered like a PVH domain on Xen as well, so it can run here as one: tests of hypercalls come in this form.
    mutating func checkType() throws(ConfigurationProblem) {
        // "builder" is what older configurations say.
        guard let (type, setting) = try text(has("type") ? "type" : "builder") else {
            return warn("'type' is missing, taken as \"pvh\"", "add type = \"pvh\", as Xen needs it", nil)
        }
        guard type != "pvh" else { return }
        if type == "hvm" && has("firmware_override") {
            startsFirmware = true
            return warn(
                "an HVM domain runs as a PVH one: its firmware is started, and there is no emulated PC",
                "add type = \"pvh\" and call the firmware 'kernel' to silence this warning", setting)
        }
        let problem =
            switch type {
            case "pv": "PV guests, which run without hardware virtualisation, are not supported"
            case "hvm": "HVM guests, which need an emulated PC with firmware, are not supported"
            default: "there is no domain type \"\(type)\""
            }
        throw ConfigurationProblem(
            problem, advice: "write type = \"pvh\" and give a kernel with a PVH entry", at: setting.valuePosition)
    }

    mutating func kernel(in folders: [String]) throws(ConfigurationProblem) -> String {
        guard let kernel = try path(startsFirmware ? "firmware_override" : "kernel", in: folders) else {
            throw missing("kernel", advice: "add a line like kernel = \"vmlinuz\"")
        }
        return kernel
    }

    /// As `xl` has it: `cmdline` alone, or else `root=ROOT` followed by `extra`.
    mutating func commandLine() throws(ConfigurationProblem) -> String {
        let whole = try text("cmdline")
        let root = try text("root")
        let extra = try text("extra")
        for ignored in [root, extra] {
            guard whole != nil, let setting = ignored?.setting else { continue }
            warn("'\(setting.key)' is ignored in favour of 'cmdline'", "put everything into 'cmdline'", setting)
        }
        let parts = [root.map { "root=\($0.value)" }, extra?.value].compactMap { $0 }
        let commandLine = whole?.value ?? parts.joined(separator: " ")
        guard commandLine.utf8.count <= ManifestLayout.maximumCommandLineLength else {
            throw ConfigurationProblem(
                "the command line has \(commandLine.utf8.count) bytes", advice: "shorten it to 4096",
                at: position(of: (whole ?? extra ?? root)?.setting))
        }
        return commandLine
    }

    mutating func memory() throws(ConfigurationProblem) -> Int {
        let range = 1...Int64(ManifestLayout.maximumMemory)
        if let (memory, _) = try number("memory", in: range, unit: "MiB") { return memory }
        let memory = DomainConfiguration.defaultMemory
        warn("'memory' is missing, taken as \(memory) MiB", "add memory = \(memory)", nil)
        return memory
    }

    /// vCPUs that would have to be plugged in later, beyond `vcpus`, are left out.
    mutating func vCPUCount() throws(ConfigurationProblem) -> Int {
        let range = 1...Int64(ManifestLayout.maximumVCPUCount)
        let count = try number("vcpus", in: range, unit: "vCPUs")?.value ?? 1
        guard let (maximum, setting) = try number("maxvcpus", in: range, unit: "vCPUs") else { return count }
        guard maximum >= count else {
            throw ConfigurationProblem(
                "'maxvcpus' is \(maximum), less than the \(count) of 'vcpus'", advice: "raise it or lower 'vcpus'",
                at: setting.valuePosition)
        }
        if maximum > count {
            warn("'maxvcpus' exceeds 'vcpus'", "vCPUs cannot be added later: raise 'vcpus' to have them", setting)
        }
        return count
    }

    /// Xen's range for `cpu_weight`, and its default.
    mutating func weight() throws(ConfigurationProblem) -> Int {
        let range = 1...Int64(ManifestLayout.maximumWeight)
        return try number("cpu_weight", in: range, unit: "(256 is usual)")?.value
            ?? DomainConfiguration.defaultWeight
    }

    /// In per cent of one processor, so that 200 are two whole ones; no more than the vCPUs can use.
    mutating func cap(vCPUCount: Int) throws(ConfigurationProblem) -> Int {
        let range = 0...Int64(vCPUCount) * Int64(ManifestLayout.maximumCapPerVCPU)
        return try number("cap", in: range, unit: "per cent of one processor")?.value ?? 0
    }

    mutating func uuid() throws(ConfigurationProblem) -> DomainUUID? {
        guard let (text, setting) = try text("uuid") else { return nil }
        guard let uuid = DomainUUID(parsing: text) else {
            throw ConfigurationProblem(
                "'uuid' is no UUID", advice: "write it like 01234567-89ab-cdef-0123-456789abcdef",
                at: setting.valuePosition)
        }
        return uuid
    }
}
