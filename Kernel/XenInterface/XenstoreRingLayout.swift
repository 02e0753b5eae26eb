// SPDX-License-Identifier: MIT

/// Offsets in the page through which a domain talks to xenstore (`struct xenstore_domain_interface`, Xen public header
/// `io/xs_wire.h`).
///
/// Indices are 32-bit numbers that only grow; a byte's place in its ring is the index modulo the ring's size.
public enum XenstoreRingLayout {
    /// Bytes from the guest.
    public static var requests: Int { 0 }
    /// Bytes to the guest.
    public static var answers: Int { 1024 }
    /// How many there is room for, in either ring.
    public static var size: Int { 1024 }
    /// Index of the next byte that the store will read.
    public static var requestConsumer: Int { 2048 }
    /// Index of the next byte that the guest will write.
    public static var requestProducer: Int { 2052 }
    /// Index of the next byte that the guest will read.
    public static var answerConsumer: Int { 2056 }
    /// Index of the next byte that the store will write.
    public static var answerProducer: Int { 2060 }
}
