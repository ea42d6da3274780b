"""What every benchmark notes of a run and of the machine: a process of its own, watched.

Memory is what is resident, of the process and of all that it started, as the parent reads it from
`/proc`. A limit of the address space would be simpler, and would count what is only reserved: the
stacks of threads, the pools of Arrow, the libraries. A run over its ceiling is ended.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import signal
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
GIB = 2.0**30
# Seconds between two looks at the memory.
LOOK_S = 0.25
PACKAGES = ("highspy", "pyomo", "numpy", "pandas")


def machine() -> dict[str, Any]:
    """Versions, processors, and how busy they are before the run."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,  # an unpacked archive has no commit
    )
    return {
        "python": platform.python_version(),
        **{package: version(package) for package in PACKAGES},
        "processors": len(os.sched_getaffinity(0)),
        "load": round(os.getloadavg()[0], 2),
        "commit": commit.stdout.strip(),
    }


def peak_gib() -> dict[str, float]:
    """Most resident memory so far, of this process and of the largest that it started."""
    scale = 1024 if sys.platform == "linux" else 1  # kibibytes on Linux, bytes elsewhere
    return {
        name: resource.getrusage(who).ru_maxrss * scale / GIB
        for name, who in (("self", resource.RUSAGE_SELF), ("child", resource.RUSAGE_CHILDREN))
    }


def processor_s() -> float:
    """Seconds of the processor so far, of this process and of those that it has waited for."""
    return sum(os.times()[:4])


class Notes:
    """What a watched run has found so far, in a file that outlives it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.found: dict[str, Any] = {}

    def note(self, **found: Any) -> None:
        """Add to them; written at once, whole or not at all."""
        self.found |= found
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps(self.found), encoding="utf-8")
        new.replace(self.path)


def watched(
    module: str, arguments: list[str], most_gib: float | None = None, most_s: float | None = None
) -> dict[str, Any]:
    """Run a module as a process of its own; return what it noted, and its memory.

    Parameters
    ----------
    module, arguments
        The module is given `--notes FILE`, where it writes by `Notes`, and the arguments.
    most_gib, most_s
        What it may use at most, until it is ended; what it noted by then is returned.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "notes.json"
        command = [sys.executable, "-m", module, "--notes", str(path), *arguments]
        began = time.perf_counter()
        # A group of its own, so that whatever it starts can be ended with it.
        process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
        highest, ended = 0.0, ""
        try:
            while process.poll() is None:
                highest = max(highest, resident(process.pid) / GIB)
                if most_gib is not None and highest > most_gib:
                    ended = "memory"
                if most_s is not None and time.perf_counter() - began > most_s:
                    ended = "overtime"
                if ended:
                    break
                time.sleep(LOOK_S)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if ended or process.returncode:
        found["status"] = ended or f"exit {process.returncode}"
    found["peak_gib"] = max(highest, *found.get("rusage_gib", {"self": 0.0}).values())
    found["wall_s"] = time.perf_counter() - began
    return found


def resident(pid: int) -> int:
    """Bytes resident of a process and its descendants, shared pages by their share."""
    pids = [pid]
    for one in pids:  # grows while it is read
        pids += _children(one)
    if len(pids) == 1:
        return _resident_pages(pid) * resource.getpagesize()
    return sum(_share(one) for one in pids)


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, task.read_text(encoding="ascii").split())
        except OSError:  # it has ended
            continue
    return found


def _resident_pages(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0


def _share(pid: int) -> int:
    """Proportional set size, which is dearer to read: only where pages may be shared."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def markdown(header: list[str], rows: list[list[Any]]) -> str:
    """A Markdown table; figures to four digits, blanks for None."""
    lines = [header, ["---"] * len(header), *[[shown(cell) for cell in row] for row in rows]]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def shown(cell: Any) -> str:
    """A cell of a table."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        if not abs(cell) < float("inf"):
            return "none"
        return f"{cell:,.0f}" if abs(cell) >= 1000 else f"{cell:.3g}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
