"""The system calls of Linux that a reading process is refused, with their numbers on each kind of processor.

Everything else it may call, if it was known when this table was made: what Python and its libraries need differs from
version to version, what can do harm to others does not. A newer call is answered as by a kernel that lacks it.
"""

from __future__ import annotations

from typing import NamedTuple

Numbers = tuple[int | None, int | None]  # as in `ARCHITECTURES`; None where the processor has no such call
# machine -> column, mark of the kernel
ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
NEWEST = 462  # mseal; from 424 on numbers are the same everywhere


class Condition(NamedTuple):
    """A call that depends on one of its arguments: it is refused where the bits of `mask` are, or are not, `value`."""

    numbers: Numbers
    argument: int
    mask: int
    value: int
    refused_if_equal: bool = False


REFUSED: dict[str, Numbers] = {
    # no network
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200),
    "listen": (50, 201), "accept": (43, 202), "accept4": (288, 242),
    # no other program, and no copy of this one
    "execve": (59, 221), "execveat": (322, 281), "fork": (57, None), "vfork": (58, None),
    # no other process: its memory, its signals, its files
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "process_madvise": (440, 440), "pidfd_open": (434, 434), "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424), "kcmp": (312, 272), "tkill": (200, 130), "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240), "migrate_pages": (256, 238), "move_pages": (279, 239),
    # no other process: how it is scheduled, and what it shares
    "setpriority": (141, 140), "sched_setparam": (142, 118), "sched_setscheduler": (144, 119),
    "sched_setaffinity": (203, 122), "sched_setattr": (314, 274), "ioprio_set": (251, 30),
    "shmget": (29, 194), "shmctl": (31, 195), "shmat": (30, 196), "msgget": (68, 186), "msgsnd": (69, 189),
    "msgrcv": (70, 188), "msgctl": (71, 187), "semget": (64, 190), "semop": (65, 193), "semctl": (66, 191),
    "semtimedop": (220, 192), "mq_open": (240, 180), "mq_unlink": (241, 181), "mq_timedsend": (242, 182),
    "mq_timedreceive": (243, 183), "mq_notify": (244, 184), "mq_getsetattr": (245, 185),
    "process_mrelease": (448, 448),
    # nothing written, also where Landlock is missing
    "creat": (85, None), "truncate": (76, 45), "mkdir": (83, None), "mkdirat": (258, 34),
    "rmdir": (84, None), "unlink": (87, None), "unlinkat": (263, 35), "rename": (82, None),
    "renameat": (264, 38), "renameat2": (316, 276), "link": (86, None), "linkat": (265, 37),
    "symlink": (88, None), "symlinkat": (266, 36), "mknod": (133, None), "mknodat": (259, 33),
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, None), "lchown": (94, None), "fchown": (93, 55), "fchownat": (260, 54),
    "utime": (132, None), "utimes": (235, None), "futimesat": (261, None), "utimensat": (280, 88),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "removexattr": (197, 14),
    "lremovexattr": (198, 15), "fremovexattr": (199, 16), "open_by_handle_at": (304, 265),
    # no other view of the system, and no other user
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "move_mount": (429, 429), "open_tree": (428, 428), "mount_setattr": (442, 442), "unshare": (272, 97),
    "setns": (308, 268), "setuid": (105, 146), "setgid": (106, 144), "setreuid": (113, 145),
    "setregid": (114, 143), "setresuid": (117, 147), "setresgid": (119, 149), "setgroups": (116, 159),
    "capset": (126, 91),
    # nothing of the system changed or watched
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "fanotify_init": (300, 262),
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218), "init_module": (175, 105),
    "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104),
    "kexec_file_load": (320, 294), "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225),
    "quotactl": (179, 60), "quotactl_fd": (443, 443), "sethostname": (170, 161), "setdomainname": (171, 162),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171),
    "clock_adjtime": (305, 266), "acct": (163, 89), "syslog": (103, 116), "iopl": (172, None),
    "ioperm": (173, None),
}  # fmt: skip

# Answered as if they did not exist, so that a library takes the older way, whose arguments a filter can see.
UNKNOWN: dict[str, Numbers] = {
    "clone3": (435, 435),
    "openat2": (437, 437),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
}

_WHOLE = 0xFFFFFFFF
_CLONE_THREAD = 0x10000
_WRITING = 0x400643  # O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND, O_TMPFILE


def conditions(own_pid: int) -> list[Condition]:
    """Give what a process of this number may do to itself only, or by reading only."""
    return [
        Condition((56, 220), 0, _CLONE_THREAD, _CLONE_THREAD),  # clone: a thread, no process
        Condition((2, None), 1, _WRITING, 0),  # open
        Condition((257, 56), 2, _WRITING, 0),  # openat
        Condition((62, 129), 0, _WHOLE, own_pid),  # kill
        Condition((234, 131), 0, _WHOLE, own_pid),  # tgkill, with which a process aborts
        Condition((302, 261), 0, _WHOLE, 0),  # prlimit64: its own limits
        Condition((72, 25), 1, _WHOLE, 8, refused_if_equal=True),  # fcntl F_SETOWN: signals to others
        Condition((72, 25), 1, _WHOLE, 15, refused_if_equal=True),  # fcntl F_SETOWN_EX
    ]
