// SPDX-License-Identifier: MIT

extension BacktraceSymbolizer {
    /// Return addresses that are shown of a stack.
    private static let maximumFrames = 16

    /// Where a processor stood, in lines: its registers, and the functions of the hypervisor that its instruction pointer and
    /// the words on its stack lie in.
    ///
    /// A guest may have code at the same addresses as the hypervisor, and not every such word is a return address: the lines
    /// are a hint.
    public func describe(_ processor: ProcessorState) async -> [String] {
        var lines = processor.lines
        if let address = processor.instructionPointer, let place = await place(of: address) {
            lines.append("in the hypervisor, unless a guest was running: \(place)")
        }
        var frames: [String] = []
        for word in processor.stack where frames.count < Self.maximumFrames {
            if let place = await place(of: word) { frames.append("    on the stack: \(place)") }
        }
        return lines + frames
    }
}
