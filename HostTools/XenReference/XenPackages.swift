// SPDX-License-Identifier: MIT

/// The Debian 12 packages that make a running Xen. They are fetched and unpacked, never installed.
public enum XenPackages {
    /// The name of the folder in `.build` that keeps them.
    public static let folderName = "xen-reference"

    /// The hypervisor itself.
    static let hypervisor = "xen-hypervisor-4.17-amd64"

    /// Depends on the kernel of the control domain. Debian's kernel for clouds cannot be one.
    static let kernel = "linux-image-amd64"

    /// The control domain's programs, and every library that they load.
    static let tools = [
        "xen-utils-4.17", "xenstore-utils", "libxenmisc4.17", "libxencall1", "libxendevicemodel1", "libxenevtchn1",
        "libxenforeignmemory1", "libxengnttab1", "libxenhypfs1", "libxenstore4", "libxentoolcore1", "libxentoollog1",
        "libyajl2", "busybox-static", "libc6", "libgcc-s1", "liblzma5", "libuuid1", "libzstd1", "zlib1g",
    ]

    /// The modules of the control domain's kernel that Xen's tools need, in the order in which they are loaded.
    static let modules = ["xen-evtchn", "xen-gntdev", "xen-gntalloc", "xen-privcmd", "xenfs"]

    /// The programs of the control domain.
    static let programs = ["xl", "xenstored", "xenconsoled", "xen-init-dom0", "xenstore-watch"]
}
