// SPDX-License-Identifier: MIT

extension StartOfDay {
    /// Puts start information, lists, command line and ACPI tables where the plan says.
    ///
    /// The kernel and the modules are the caller's to copy, from wherever they are.
    ///
    /// - Parameter commandLine: as long as was planned; more than that is cut off.
    public func write<Sink: GuestMemorySink & ~Copyable>(
        commandLine: Span<UInt8>, to sink: inout Sink
    ) throws(Sink.Failure) {
        try startInfo.write(to: &sink, at: startInfoAddress)
        for index in 0..<modules.count {
            let address = moduleListAddress + UInt64(index) * 32
            try moduleRecord(modules[index]).write(to: &sink, at: address)
        }
        for index in 0..<memoryMap.count {
            let address = memoryMapAddress + UInt64(index) * 24
            try memoryMapRecord(memoryMap[index]).write(to: &sink, at: address)
        }
        if commandLineLength > 0 {
            let text = commandLine.extracting(first: commandLineLength)
            try sink.write(text, at: commandLineAddress)
            var terminator = ByteRecord<1>()
            terminator.append(UInt8(0))
            try terminator.write(to: &sink, at: commandLineAddress + UInt64(text.count))
        }
        try ACPITables(vCPUCount: vCPUCount).write(to: &sink)
    }

    /// `struct hvm_start_info`, version 1.
    private var startInfo: ByteRecord<56> {
        var record = ByteRecord<56>()
        record.append(UInt32(0x336E_C578))
        record.append(UInt32(1))
        record.append(UInt32(0))  // flags: neither privileged nor the initial domain
        record.append(UInt32(modules.count))
        record.append(moduleListAddress)
        record.append(commandLineAddress)
        record.append(acpiPointerAddress)
        record.append(memoryMapAddress)
        record.append(UInt32(memoryMap.count))
        record.pad(to: 56)
        return record
    }

    /// `struct hvm_modlist_entry`. No module has a command line of its own.
    private func moduleRecord(_ module: PhysicalRange) -> ByteRecord<32> {
        var record = ByteRecord<32>()
        record.append(module.address)
        record.append(module.size)
        record.pad(to: 32)
        return record
    }

    /// `struct hvm_memmap_table_entry`.
    private func memoryMapRecord(_ entry: MemoryMapEntry) -> ByteRecord<24> {
        var record = ByteRecord<24>()
        record.append(entry.range.address)
        record.append(entry.range.size)
        record.append(entry.kind.rawValue)
        record.pad(to: 24)
        return record
    }
}
