"""Become another program that dies with its parent and, for root, runs as an ordinary user.

Run by its path with `python -I -S child.py OPTIONS -- PROGRAM ARGUMENTS`; needs only the standard library.
The kernel drops the parent-death signal when credentials change, so it is set just before exec.
"""

import argparse
import ctypes
import os
import pwd
import resource
import signal
import sys

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000
# PostgreSQL refuses uid 0. Inside the namespace root is seen as this uid; on disk the files stay root's.
NAMESPACE_UID = 65534

_libc = ctypes.CDLL(None, use_errno=True)


def enter_user_namespace() -> None:
    """Make a user namespace in which the present user is uid 65534; OSError where the kernel forbids it."""
    uid, gid = os.geteuid(), os.getegid()
    if _libc.unshare(CLONE_NEWUSER):
        raise OSError(ctypes.get_errno(), "the kernel allows no user namespace here")
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{NAMESPACE_UID} {uid} 1"),
        ("gid_map", f"{NAMESPACE_UID} {gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


def become(user: str) -> None:
    """Give up root for the named user, for good."""
    entry = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def die_with_parent(parent: int, signal_number: int) -> None:
    """Ask the kernel for `signal_number` when the parent ends; leave at once if it has ended already."""
    _libc.prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(0)


def main() -> None:
    """Apply the options in their one safe order and exec the program."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--on-parent-death", default="SIGTERM")
    parser.add_argument("--user-namespace", action="store_true")
    parser.add_argument("--user", default="")
    parser.add_argument("--nice", type=int, default=0)
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    # A crash must not fill the disk with core files that hold patients' and posters' texts.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if options.nice:
        os.nice(options.nice)
    if options.user_namespace:
        enter_user_namespace()
    if options.user:
        become(options.user)
    die_with_parent(options.parent, signal.Signals[options.on_parent_death])
    os.execvp(options.command[0], options.command)  # noqa: S606 - replacing this process is its whole purpose


if __name__ == "__main__":
    main()
