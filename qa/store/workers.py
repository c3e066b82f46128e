"""Who holds a claim, and whether that process is still there.

A worker's name says on which boot of which machine and in which process it
runs. So a claim whose process was killed is free again at once on the same
machine; elsewhere, its lease has to run out.
"""

from __future__ import annotations

import os
import socket
from itertools import count
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_PIDS = Path("/proc/self/ns/pid")
_serial = count(1)


def name_worker() -> str:
    """Return a name for a new worker of this process, like no other one's."""
    pid = os.getpid()
    return "/".join((*_here(), str(pid), _started(pid) or "0", str(next(_serial))))


def is_gone(worker: str, *, one_machine: bool) -> bool:
    """Say whether a worker's process certainly ended; False when it cannot be known.

    Parameters
    ----------
    worker : as `name_worker` made it.
    one_machine : whether all workers run on this machine (the embedded database),
        so that a name of another boot is of before the last start.
    """
    parts = worker.split("/")
    if len(parts) != len(_here()) + 3:
        return False
    host, boot, pids, pid, started, _ = parts
    here_host, here_boot, here_pids = _here()
    if not boot or not here_boot or not pid.isdigit():
        return False
    if boot != here_boot:
        return one_machine and host == here_host
    if pids != here_pids:  # another container: its processes cannot be seen from here
        return False
    return _started(int(pid)) != started


def _here() -> tuple[str, str, str]:
    """Host, boot and process namespace; the latter two empty where there is no /proc."""
    host = socket.gethostname().replace("/", "-")
    try:
        boot = _BOOT.read_text(encoding="ascii").strip()
        pids = os.readlink(_PIDS).strip("pid:[]")  # noqa: PTH115 - a link to no path
    except OSError:
        return host, "", ""
    return host, boot, pids


def _started(pid: int) -> str | None:
    """When a process began, in ticks since boot; None when there is none.

    A zombie has ended, too.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The second field is the program's name in brackets, and may hold anything.
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in {"Z", "X"} else fields[19]
