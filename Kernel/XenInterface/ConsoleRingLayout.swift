// SPDX-License-Identifier: MIT

/// Offsets in the page of the paravirtual console (`struct xencons_interface`, Xen public header `io/console.h`).
///
/// Indices are 32-bit numbers that only grow; a byte's place in its ring is the index modulo the ring's size.
public enum ConsoleRingLayout {
    /// Bytes to the guest.
    public static var input: Int { 0 }
    /// How many there is room for.
    public static var inputSize: Int { 1024 }
    /// Bytes from the guest.
    public static var output: Int { 1024 }
    /// How many there is room for.
    public static var outputSize: Int { 2048 }
    /// Index of the next byte that the guest will read.
    public static var inputConsumer: Int { 3072 }
    /// Index of the next byte that the other side will write.
    public static var inputProducer: Int { 3076 }
    /// Index of the next byte that the other side will read.
    public static var outputConsumer: Int { 3080 }
    /// Index of the next byte that the guest will write.
    public static var outputProducer: Int { 3084 }
}
