// SPDX-License-Identifier: MIT
import ArgumentParser
import DiskImage

/// `apus image dd`: copies a part of a disk.
struct ImageDDCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dd",
        abstract: "Copy a part of a disk into a new image, with the operands of dd.",
        discussion: """
            Operands, in any order:
              if=FILE    the image to copy from
              of=FILE    the image to make; one that is there is replaced
              bs=SIZE    bytes in a block (default 512)
              count=N    copy so many blocks at most (default: all)
              skip=N     leave out so many blocks at the start (default 0)

            What is counted are blocks of the disk, whatever the image's format. The new disk is as large as what is
            copied, rounded up to whole sectors. What is zero takes no room.

            Examples:
              apus image dd if=disk.qcow2 of=start.raw bs=1M count=10
              apus image dd -f raw -O qcow2 if=disk.img of=partition.qcow2 bs=1M skip=1
            """.paragraphs)

    @OptionGroup var image: DiskImageOptions
    @OptionGroup var progress: ProgressOptions

    @OptionGroup var output: OutputFormatOption

    @Argument(help: "if=FILE of=FILE bs=SIZE count=N skip=N.")
    var operands: [String]

    func run() async throws {
        let settings = try BlockCopy(operands)
        let format = output.format(of: settings.output)
        let copied = try await ImageWork.run(progress) { control in
            let source = try image.opening().open(settings.input)
            let part = DiskPart(of: source, from: settings.start, count: settings.count)
            guard settings.start <= source.virtualSize else {
                throw DiskImageError.refused(
                    file: settings.input,
                    reason: "skip leads to byte \(settings.start), behind the end of the disk's \(source.virtualSize)")
            }
            var conversion = Conversion()
            conversion.format = format
            conversion.threads = ImageWork.processors
            conversion.control = control
            try conversion.run(from: part, to: settings.output)
            return part.virtualSize
        }
        if !progress.quiet { Terminal.progress("\(settings.output): \(copied) bytes copied, \(format.rawValue)") }
    }
}

/// The operands of dd.
private struct BlockCopy {
    var input = ""
    var output = ""
    /// Where the part begins, in bytes.
    var start: UInt64 = 0
    /// Bytes at most.
    var count = UInt64.max

    init(_ operands: [String]) throws(CommandFailure) {
        var (blockSize, skipped, blocks): (UInt64, UInt64, UInt64?) = (512, 0, nil)
        for operand in operands {
            let parts = operand.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2 else { throw .input("\(operand): write it as name=value; see --help") }
            switch parts[0] {
            case "if": input = parts[1]
            case "of": output = parts[1]
            case "bs": blockSize = try ByteCount.required(parts[1])
            case "count": blocks = try ByteCount.required(parts[1])
            case "skip": skipped = try ByteCount.required(parts[1])
            default: throw .input("\(operand): no such operand; there are if=, of=, bs=, count= and skip=")
            }
        }
        guard !input.isEmpty, !output.isEmpty else { throw .input("both if=FILE and of=FILE are needed") }
        guard 1...UInt64(Int32.max) ~= blockSize else { throw .input("bs=\(blockSize): must be from 1 to 2147483647") }
        start = Self.product(skipped, blockSize)
        if let blocks { count = Self.product(blocks, blockSize) }
    }

    private static func product(_ blocks: UInt64, _ blockSize: UInt64) -> UInt64 {
        let (bytes, overflow) = blocks.multipliedReportingOverflow(by: blockSize)
        return overflow ? .max : bytes
    }
}
