// SPDX-License-Identifier: MIT

extension XenVersionOperation {
    /// The length of `extraVersion` in bytes.
    public static var extraVersionLength: Int { 16 }
    /// The length of `capabilities` in bytes.
    public static var capabilitiesLength: Int { 1024 }
    /// The length of `changeSet` in bytes.
    public static var changeSetLength: Int { 64 }
    /// The length of `guestHandle` in bytes.
    public static var guestHandleLength: Int { 16 }
    /// The length of `commandLine` in bytes.
    public static var commandLineLength: Int { 1024 }

    /// Lengths of the strings of `compileInformation` (`struct xen_compile_info`), one after the other.
    public enum CompileInformationLayout {
        /// The compiler.
        public static var compilerLength: Int { 64 }
        /// Who compiled it.
        public static var compiledByLength: Int { 16 }
        /// On which domain.
        public static var compileDomainLength: Int { 32 }
        /// When.
        public static var compileDateLength: Int { 32 }
        /// The length of the whole.
        public static var size: Int { 144 }
    }
}
