// SPDX-License-Identifier: MIT
import XenInterface

/// An exception that nobody expected: says where, and ends the domain as crashed. The assembly calls it.
@c(guest_exception)
public func reportException(_ vector: UInt32, _ error: UInt64, _ instruction: UInt64, _ address: UInt64) {
    let hypercalls = Hypercalls()
    var console = Console(hypercalls)
    console.write("Bail out! exception ")
    console.write(decimal: UInt64(vector))
    console.write(" error ")
    console.write(hexadecimal: error)
    console.write(" RIP ")
    console.write(hexadecimal: instruction)
    console.write(" CR2 ")
    console.write(hexadecimal: address)
    console.endLine()
    hypercalls.shutDown(.crash)
}
