// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Diagnostics
import Hypervisor
import Machine
import SVM
import VMX

/// The hypervisor from its first line of Swift to its last: called by boot/entry.asm with what the loader has left. Each step
/// says in the log what it did and found.
@c(kernel_main)
public func kernelMain(_ magic: UInt32, _ informationAddress: UInt32, _ entryTimestamp: UInt64) -> Never {
    SerialPort.initialise()
    guard let boot = BootInformation(magic: magic, address: informationAddress) else {
        Log.write(
            "FATAL this kernel wants to be started by a multiboot 1 loader: GRUB's `multiboot`, or QEMU's -kernel")
        Shutdown.hypervisorFailed.perform()
    }
    let options = readOptions(boot)
    Log.info("Apus, a Xen-compatible microhypervisor; the interface is that of Xen 4.17")

    // The firmware's tables are read while the first page is still mapped.
    let processors = ProcessorList(searching: ProcessorList.biosRanges)
    let memory = prepareMemory(boot)
    let tables = enterPageTables(boot, memory)
    let interruptTable = prepareInterrupts(memory)
    options.provocation?.commit()
    let calibration = measureTimers()
    let secondsSinceEntry = (cpu_read_timestamp() &- entryTimestamp) / calibration.timestampFrequency
    let clock = Clock(
        frequency: calibration.timestampFrequency, start: entryTimestamp,
        wallClockSeconds: WallClock.secondsSince1970() &- secondsSinceEntry)

    let machine = HostMachine(calibration)
    let run = StartOfRun(
        boot: boot, machine: machine, memory: memory, clock: clock, options: options, entryTimestamp: entryTimestamp)
    let others = OtherProcessors(
        identifiers: processors, boot: boot, memory: memory, machine: machine, interruptTable: interruptTable,
        frequency: calibration.timestampFrequency)
    if VMX.isPresent {
        let vmx = enableVMX(memory)
        run.run(vmx, processorCount: others.start(.vmx(vmx), tables))
    } else {
        let svm = enableSVM(memory)
        run.run(svm, processorCount: others.start(.svm(svm), tables))
    }
}

/// What has been found out of the machine before a vendor's way of running guests is chosen.
private struct StartOfRun {
    let boot: BootInformation
    let machine: HostMachine
    let memory: FrameAllocator
    let clock: Clock
    let options: Options
    let entryTimestamp: UInt64

    /// Builds the domains, runs them on all processors until the last one has ended, and ends the run.
    func run<Backend: VirtualizationBackend>(_ backend: Backend, processorCount: Int) -> Never {
        let monitor = VirtualMachineMonitor(
            nestedPageTableFormat: Backend.nestedPageTableFormat, machine: machine, allocator: memory, clock: clock,
            options: options, processorCount: processorCount)
        monitor.prepareAudits()
        let buildStart = cpu_read_timestamp()
        buildDomains(of: monitor, boot)
        let processor = PhysicalCPU(monitor: monitor, backend: backend)
        OtherProcessors.release(monitor, processorCount: processorCount)
        processor.run()
        end(monitor, entryTimestamp: entryTimestamp, buildStart: buildStart)
    }
}

/// The options of the command line, which also set how much is logged.
private func readOptions(_ boot: BootInformation) -> Options {
    guard let commandLine = boot.commandLine else { return Options() }
    let options = PhysicalMemory.withText(at: commandLine) { text in
        Options(parsing: text) { word in
            if word.indices.contains(where: { word[$0] == UInt8(ascii: "=") }) {
                Log.write(.warning, "unknown option \(untrusted: word)")
            }
        }
    }
    // SAFETY: there is one processor, and nothing logs at the same time.
    unsafe Log.level = options.logLevel
    return options
}

/// SVM, or the reason why no guest can run.
private func enableSVM(_ memory: FrameAllocator) -> SVM {
    do throws(SVMFailure) {
        let svm = try SVM(memory)
        Log.info(svm.summary)
        return svm
    } catch {
        Log.write("FATAL \(error.message)")
        Shutdown.hypervisorFailed.perform()
    }
}

/// VMX, or the reason why no guest can run.
private func enableVMX(_ memory: FrameAllocator) -> VMX {
    do throws(VMXFailure) {
        let vmx = try VMX(memory)
        Log.info(vmx.summary)
        return vmx
    } catch {
        Log.write("FATAL \(error.message)")
        Shutdown.hypervisorFailed.perform()
    }
}

/// The last domain has ended: says how long the start took, and ends the run.
private func end(
    _ monitor: VirtualMachineMonitor<HostMachine>, entryTimestamp: UInt64,
    buildStart: UInt64
) -> Never {
    if monitor.outcome.hasFailedAudit {
        Log.write("FATAL the audit has found the hypervisor's books wrong")
        Shutdown.hypervisorFailed.perform()
    }
    guard monitor.outcome.endedCount > 0 else {
        Log.write("no domain could be started")
        Shutdown.nothingStarted.perform()
    }
    Log.info("boot: \(monitor.firstEntry &- buildStart) ticks from domain building to the first guest instruction")
    Log.info("boot: \(monitor.firstEntry &- entryTimestamp) ticks from kernel entry to the first guest instruction")
    Log.write("all domains have ended")
    (monitor.outcome.hasCrashed ? Shutdown.domainCrashed : .allDomainsEnded).perform()
}
