// SPDX-License-Identifier: MIT

/// The page of ready-made hypercall stubs that the hypervisor writes for a guest that asks for it.
///
/// The guest writes the page's guest-physical address to an MSR; stub `n` lies at `n * stubSize` and is called like a
/// function. It loads the number into EAX, makes the call and returns.
public enum HypercallPage {
    /// The MSR, as CPUID leaf `HypervisorLeaf.hypercallPage` names it.
    public static var modelSpecificRegister: UInt32 { 0x4000_0000 }
    /// The length of the page in bytes.
    public static var size: Int { 4096 }
    /// The length of a stub in bytes.
    public static var stubSize: Int { 32 }
    /// How many stubs there are.
    public static var stubCount: Int { size / stubSize }
}
