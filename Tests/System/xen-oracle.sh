#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Runs PVH guests on the real Xen 4.17 of Debian 12, in QEMU without hardware virtualisation: what Xen answers is right.
#
#   xen-oracle.sh domu GUEST.elf...    each as an ordinary domain that xl starts, one after the other
#   xen-oracle.sh dom0 GUEST.elf       as the control domain: quick, but some answers are those of a privileged domain
#
# Prints what the guests write to console_io or port 0xE9. Options for QEMU, such as -icount shift=0, may stand in
# $XEN_ORACLE_QEMU. Nothing is installed: the packages are fetched by apt-get and unpacked in $XEN_ORACLE
# (.build/xen-oracle), which later runs use again.
# shellcheck disable=SC2086 # lists of packages and options are meant to be split
set -eu

work=${XEN_ORACLE:-.build/xen-oracle}
mkdir -p "$work"
work=$(cd "$work" && pwd)
limit=${XEN_ORACLE_TIMEOUT:-300}
root=$work/root
packages="xen-hypervisor-4.17-amd64 xen-utils-4.17 libxenmisc4.17 xenstore-utils libxencall1 libxendevicemodel1
    libxenevtchn1 libxenforeignmemory1 libxengnttab1 libxenhypfs1 libxenstore4 libxentoolcore1 libxentoollog1 libyajl2
    busybox-static"

fail() { echo "xen-oracle: $1" >&2; exit 1; }

# Fetches and unpacks Xen, its tools, and a kernel that can be the control domain.
fetch() {
    [ -e "$work/fetched" ] && return
    mkdir -p "$work/packages" "$root"
    kernel=$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: \(linux-image-[^ ]*\)/\1/p' | head -n 1)
    [ -n "$kernel" ] || fail "apt knows no linux-image-amd64: run apt-get update, on Debian 12"
    (cd "$work/packages" && apt-get -q download $packages "$kernel") || fail "apt-get download failed, see above"
    for package in "$work"/packages/*.deb; do dpkg -x "$package" "$root"; done
    gunzip -c "$root/boot/xen-4.17-amd64.gz" >"$work/xen.elf"
    touch "$work/fetched"
}

# Copies a program and every library it needs, its own first and then the system's, into the initramfs.
install_program() {
    libraries=$root/usr/lib/x86_64-linux-gnu:$root/usr/lib/xen-4.17/lib/x86_64-linux-gnu
    cp "$1" "$tree/bin/"
    LD_LIBRARY_PATH=$libraries ldd "$1" | sed -n 's/.* => \(\/[^ ]*\) .*/\1/p; s/^[^/]*\(\/lib64[^ ]*\) .*/\1/p' |
        while read -r library; do
            case $library in
            /lib64/*) cp -Ln "$library" "$tree/lib64/" ;;
            *) cp -Ln "$library" "$tree/lib/" ;;
            esac
        done
}

# The control domain's first process: starts Xen's tools, then each guest in turn, and prints what the guests wrote.
write_init() {
    cat >"$tree/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin LD_LIBRARY_PATH=/lib
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
mkdir -p /dev/pts; mount -t devpts pts /dev/pts
for module in xen-evtchn xen-gntdev xen-gntalloc xen-privcmd xenfs; do insmod /modules/$module.ko; done
mount -t xenfs xenfs /proc/xen
mkdir -p /run/xen /run/xenstored /var/lib/xen /var/lib/xenstored /var/log/xen/console
mkdir -p /etc/xen; touch /etc/xen/xl.conf; ln -s /run /var/run
xenstored --pid-file /run/xenstored.pid
xen-init-dom0
xenconsoled --log=guest --log-dir=/var/log/xen/console
for configuration in /guests/*.cfg; do
    name=$(basename "$configuration" .cfg)
    echo "=== $name"
    xl create -q "$configuration" || echo "xl create failed"
    while xl domid "$name" >/dev/null 2>&1; do sleep 1; done
    echo "=== end"
done
echo "=== done"
poweroff -f
INIT
    chmod +x "$tree/init"
}

# Packs the control domain's initramfs with the guests in it.
pack() {
    tree=$work/tree
    rm -rf "$tree"
    mkdir -p "$tree/bin" "$tree/lib" "$tree/lib64" "$tree/modules" "$tree/guests" "$tree/proc" "$tree/sys" "$tree/dev"
    cp "$root/bin/busybox" "$tree/bin/"
    for program in xl xenstored xenconsoled xen-init-dom0; do
        path=$(find "$root/usr" -type f -name "$program" -path '*bin*' | head -n 1)
        [ -n "$path" ] || fail "the packages hold no $program"
        install_program "$path"
    done
    for module in xen-evtchn xen-gntdev xen-gntalloc xen-privcmd xenfs; do
        find "$root/lib/modules" -name "$module.ko" -exec cp {} "$tree/modules/" \;
    done
    cp -Ln /lib/x86_64-linux-gnu/libgcc_s.so.1 "$tree/lib/" # xl loads it when a thread is cancelled
    write_init
    for guest in "$@"; do
        name=$(basename "$guest" .elf)
        cp "$guest" "$tree/guests/$name.elf"
        {
            printf 'name="%s"\ntype="pvh"\nkernel="/guests/%s.elf"\n' "$name" "$name"
            printf 'memory=64\nvcpus=1\ntsc_mode="native"\non_crash="destroy"\non_reboot="destroy"\n'
        } >"$tree/guests/$name.cfg"
    done
    (cd "$tree" && find . | "$root/bin/busybox" cpio -o -H newc 2>/dev/null) | gzip -1 >"$work/initramfs.gz"
}

run_domu() {
    pack "$@"
    timeout -k 5 "$limit" qemu-system-x86_64 -accel tcg -M pc -cpu EPYC,-smap,-rdtscp,-monitor -m 2048 \
        -kernel "$work/xen.elf" \
        -append "console=com1 com1=115200,8n1 loglvl=all guest_loglvl=all dom0_mem=768M" \
        -initrd "$(ls "$root"/boot/vmlinuz-*) console=hvc0 quiet loglevel=3,$work/initramfs.gz" \
        -display none -monitor none -serial stdio -no-reboot ${XEN_ORACLE_QEMU:-} 2>/dev/null |
        tee "$work/domu.log" |
        sed -n 's/\r$//; /^=== /p; s/^(d[1-9][0-9]*) //p; s/^(XEN) \(d[1-9].*Triple fault\)/# \1/p'
}

run_dom0() {
    timeout -k 5 "$limit" qemu-system-x86_64 -accel tcg -M q35 -cpu EPYC -device amd-iommu -m 1024 \
        -kernel "$work/xen.elf" \
        -append "console=com1 com1=115200,8n1 loglvl=all guest_loglvl=all dom0=pvh dom0_mem=256M" \
        -initrd "$1" -display none -monitor none -serial stdio -no-reboot ${XEN_ORACLE_QEMU:-} 2>/dev/null |
        tee "$work/dom0.log" |
        sed '/Hardware Dom0/q' | grep -v '^(XEN)'
}

[ $# -ge 2 ] || fail "usage: xen-oracle.sh domu|dom0 GUEST.elf..."
fetch
mode=$1
shift
case $mode in
domu) run_domu "$@" ;;
dom0) run_dom0 "$1" ;;
*) fail "unknown mode $mode: domu or dom0" ;;
esac
