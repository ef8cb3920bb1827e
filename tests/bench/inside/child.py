"""`python -m tests.bench.inside.child MODULE`: run one program on CPython, alone, so that its memory is its own.

Arguments come as JSON on standard input, `{result, idle, peak}` goes to standard output, memory in bytes. The browser's
counterpart is tests/bench/baseline/python.js.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path


def peak() -> int:
    """Return this process's highest resident memory, in bytes: VmHWM of proc_pid_status(5), which is in kB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


def main() -> None:
    """Run the program named on the command line."""
    program = importlib.import_module(sys.argv[1])
    arguments = json.load(sys.stdin)
    idle = peak()
    result = program.run(arguments, peak)
    json.dump({"result": result, "idle": idle, "peak": peak()}, sys.stdout)


if __name__ == "__main__":
    main()
