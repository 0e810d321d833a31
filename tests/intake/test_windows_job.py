"""The layouts are Windows' own (64-bit); a kernel of our own hears what is asked of it, for the tests run elsewhere."""

import ctypes
import os

import pytest

from coverage.intake import windows_job


def test_structures_are_laid_out_as_windows_has_them():
    """winnt.h and psapi.h on 64-bit Windows: 144 bytes with ProcessMemoryLimit at 112; 72 with PagefileUsage at 56."""
    limits, memory = windows_job._Limits, windows_job._Memory
    assert (ctypes.sizeof(limits), limits.flags.offset, limits.process_memory.offset) == (144, 16, 112)
    assert (ctypes.sizeof(memory), memory.committed.offset) == (72, 56)


class Kernel:
    """Answers as kernel32 does, and remembers."""

    def __init__(self, *, fails=""):
        self.asked, self.fails = [], fails

    def CreateJobObjectW(self, *_):
        return 7

    def GetCurrentProcess(self):
        return 2**64 - 1

    def K32GetProcessMemoryInfo(self, _, memory, size):
        memory._obj.committed = 1_000
        return size == 72

    def SetInformationJobObject(self, job, kind, limits, size):
        self.asked.append((job, kind, limits._obj.flags, limits._obj.process_memory, size))
        return 1

    def AssignProcessToJobObject(self, job, process):
        self.asked.append((job, process))
        return self.fails != "AssignProcessToJobObject"


def test_the_process_joins_a_job_that_may_take_so_much_more(monkeypatch):
    kernel = Kernel()
    monkeypatch.setattr(windows_job, "_kernel", lambda: kernel)
    job = windows_job.limit_memory(500)
    windows_job.lift_limit(job)
    assert kernel.asked == [(7, 9, 0x100, 1_500, 144), (7, 2**64 - 1), (7, 9, 0, 0, 144)]


def test_a_refusal_is_an_error(monkeypatch):
    monkeypatch.setattr(windows_job, "_kernel", lambda: Kernel(fails="AssignProcessToJobObject"))
    monkeypatch.setattr(ctypes, "get_last_error", lambda: 5, raising=False)
    monkeypatch.setattr(ctypes, "WinError", lambda code: OSError(code, "denied"), raising=False)
    with pytest.raises(OSError, match="denied"):
        windows_job.limit_memory(500)


@pytest.mark.skipif(os.name != "nt", reason="only Windows has job objects")
def test_windows_keeps_the_limit():
    import subprocess
    import sys

    code = "from coverage.intake.child import _limit; _limit(0, 60); x = bytearray(2**26); y = bytearray(2**26)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "MemoryError" in done.stderr
    assert subprocess.run([sys.executable, "-c", code.rsplit(";", 1)[0]], check=False).returncode == 0
