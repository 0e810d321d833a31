"""Limit this process's own memory on Windows through a job object, as setrlimit does elsewhere.

Layouts and calls: Microsoft Learn, JOBOBJECT_EXTENDED_LIMIT_INFORMATION, SetInformationJobObject,
AssignProcessToJobObject, K32GetProcessMemoryInfo. A process may join a job although it is in one already
(Windows 8 and later).
"""

from __future__ import annotations

import ctypes
from ctypes import c_int64, c_size_t, c_uint32, c_uint64, c_void_p

_EXTENDED_LIMITS = 9  # JobObjectExtendedLimitInformation
_LIMIT_PROCESS_MEMORY = 0x100


class _Limits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION, its inner structures written out."""

    _fields_ = (
        ("per_process_time", c_int64), ("per_job_time", c_int64), ("flags", c_uint32), ("min_working_set", c_size_t),
        ("max_working_set", c_size_t), ("active_processes", c_uint32), ("affinity", c_size_t),
        ("priority", c_uint32), ("scheduling", c_uint32), ("io_counters", c_uint64 * 6),
        ("process_memory", c_size_t), ("job_memory", c_size_t), ("peak_process", c_size_t), ("peak_job", c_size_t),
    )


class _Memory(ctypes.Structure):
    """PROCESS_MEMORY_COUNTERS."""

    _fields_ = (
        ("size", c_uint32), ("faults", c_uint32), ("peak_working_set", c_size_t), ("working_set", c_size_t),
        ("pools", c_size_t * 4), ("committed", c_size_t), ("peak_committed", c_size_t),
    )


def limit_memory(more: int) -> int:
    """Let this process commit `more` bytes beyond what it has; the job's handle. Raises OSError."""
    kernel = _kernel()
    job = _sure(kernel.CreateJobObjectW(None, None))
    _set(kernel, job, _Limits(flags=_LIMIT_PROCESS_MEMORY, process_memory=_committed(kernel) + more))
    _sure(kernel.AssignProcessToJobObject(job, kernel.GetCurrentProcess()))
    return job


def lift_limit(job: int) -> None:
    _set(_kernel(), job, _Limits())


def _set(kernel, job: int, limits: _Limits) -> None:
    _sure(kernel.SetInformationJobObject(job, _EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits)))


def _committed(kernel) -> int:
    memory = _Memory(size=ctypes.sizeof(_Memory))
    _sure(kernel.K32GetProcessMemoryInfo(kernel.GetCurrentProcess(), ctypes.byref(memory), memory.size))
    return memory.committed


def _sure(answer: int) -> int:
    if not answer:
        raise ctypes.WinError(ctypes.get_last_error())
    return answer


def _kernel():
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.CreateJobObjectW.argtypes, kernel.CreateJobObjectW.restype = (c_void_p, c_void_p), c_void_p
    kernel.GetCurrentProcess.restype = c_void_p
    kernel.AssignProcessToJobObject.argtypes = (c_void_p, c_void_p)
    kernel.SetInformationJobObject.argtypes = (c_void_p, ctypes.c_int, c_void_p, c_uint32)
    kernel.K32GetProcessMemoryInfo.argtypes = (c_void_p, c_void_p, c_uint32)
    return kernel
