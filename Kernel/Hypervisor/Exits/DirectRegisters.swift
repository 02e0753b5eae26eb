// SPDX-License-Identifier: MIT
import Architecture

/// The model-specific registers that a guest reads and writes without an exit, on every processor: each virtual CPU has its own,
/// and no value of theirs harms anybody else.
public enum DirectRegisters {
    /// Their indices.
    public static var all: InlineArray<10, UInt32> {
        [
            ModelSpecificRegister.systemEnterSegment, ModelSpecificRegister.systemEnterStack,
            ModelSpecificRegister.systemEnterTarget, ModelSpecificRegister.systemCallSegments,
            ModelSpecificRegister.systemCallTarget, ModelSpecificRegister.systemCallCompatibilityTarget,
            ModelSpecificRegister.systemCallFlagMask, ModelSpecificRegister.fsBase, ModelSpecificRegister.gsBase,
            ModelSpecificRegister.kernelGSBase,
        ]
    }
}
