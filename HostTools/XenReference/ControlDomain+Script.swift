// SPDX-License-Identifier: MIT

extension ControlDomain {
    /// What begins the script's own lines. A guest's lines cannot begin so: Xen puts `(dN) ` in front of them.
    static let mark = "=== "

    /// The control domain's first process: starts Xen's tools, then each group of the plan, and tells what became of it.
    ///
    /// It is silent while guests run, as Xen writes this domain's output in pieces, between which a guest's lines could come.
    static let script = """
        #!/bin/sh
        export PATH=/bin LD_LIBRARY_PATH=/lib
        say() { echo "=== $*"; }
        mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
        mkdir -p /dev/pts; mount -t devpts pts /dev/pts
        for module in \(XenPackages.modules.joined(separator: " ")); do insmod /modules/$module.ko; done
        mount -t xenfs xenfs /proc/xen
        mkdir -p /run/xen /run/xenstored /var/lib/xen /var/lib/xenstored /var/log/xen/console /etc/xen
        touch /etc/xen/xl.conf; ln -s /run /var/run
        xenstored --pid-file /run/xenstored.pid
        xen-init-dom0
        xenconsoled --log=guest --log-dir=/var/log/xen/console

        # now: nanoseconds since the boot.
        now() { awk '/^now at/ { print $3; exit }' /proc/timer_list; }

        # reason NAME: the number of the reason why a domain has ended, or "-" while it runs.
        reason() { xl list -v "$1" | awk 'NR == 2 { print $8 }'; }

        # await NAME...: returns when all have ended. The first event comes at once, the next with a domain's end; a domain
        # may end between the question and the watch.
        cat >/await <<'END'
        is_running() { [ "$(xl list -v "$1" | awk 'NR == 2 { print $8 }')" = - ]; }
        for name; do
            while is_running "$name"; do timeout 3 xenstore-watch -n 2 @releaseDomain >/dev/null; done
        done
        END

        next=1
        while read -r limit names; do
            say start $next
            numbers=
            for name in $names; do
                start=$(now)
                xl create -p -e -q /guests/$name.cfg
                end=$(now)
                [ "$(xl domid $name)" = $next ] || { say "failed: xl did not start domain $next"; poweroff -f; }
                say created $next $((end - start))
                numbers="$numbers $next"
                next=$((next + 1))
            done
            say run$numbers
            for name in $names; do xl unpause $name; done
            timeout $limit sh /await $names 2>/dev/null
            killall -q xenstore-watch
            for name in $names; do [ "$(reason $name)" != - ] || xl pause $name; done
            for name in $names; do
                number=$(xl domid $name)
                log=/var/log/xen/console/guest-$name.log
                [ ! -s $log ] || sed "s/^/=== ring $number /" $log
                say end $number "$(reason $name)"
                xl destroy $name
            done
        done </guests/plan
        say done
        poweroff -f
        """
}
