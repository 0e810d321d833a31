"""Parse an untrusted file in a child process with memory and time limits; Arrow tables come back, never pickle."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pyarrow as pa

from coverage import errors
from coverage.intake import limits
from coverage.intake.drivers import SETTINGS
from coverage.intake.source import Source

_ROOT = str(Path(__file__).resolve().parents[2])
_START = "import sys; sys.path.insert(0, sys.argv[1]); from coverage.intake.child import main; main()"
_ERRORS = {kind.__name__: kind for kind in (errors.InputError, errors.TableError, errors.LayerError, errors.RoadError,
                                            errors.ProjectError, errors.UnsafeFileError)}
_TURNS = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))
"""Children at a time: on a shared server each has its seconds to itself, and the others wait."""


def parse_isolated(task: str, file: Source | Path, *, seconds: float = limits.PARSE_SECONDS,
                   **options) -> list[tuple[dict, pa.Table]]:
    """Run `task` (a key of child.TASKS) on a file: a Source goes over as bytes, a Path is read by the child itself.

    Raises what the child raised, and UnsafeFileError where the child ran out of memory or time.
    """
    request = {"task": task, "name": file.name, "options": options, "seconds": seconds}
    if isinstance(file, Path):
        request["path"] = str(file.resolve())
    data = b"" if isinstance(file, Path) else file.data
    with tempfile.TemporaryDirectory(prefix="coverage-", ignore_cleanup_errors=True) as folder:
        command = [sys.executable, "-I", "-c", _START, _ROOT]
        with _TURNS, subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              cwd=folder, env=_environment(folder)) as child:
            answer = _exchange(child, json.dumps(request).encode() + b"\n", data, file.name, seconds)
    return _tables(answer, file.name)


def _exchange(child: subprocess.Popen, request: bytes, data: bytes, name: str, seconds: float) -> bytes:
    try:
        return child.communicate(b"".join((request, data)), timeout=seconds)[0]
    except subprocess.TimeoutExpired as error:
        child.kill()
        child.communicate()
        raise errors.UnsafeFileError(f"{seconds:g} 秒内没有读完", where=name, todo="拆成几个小一些的文件") from error


def _environment(folder: str) -> dict[str, str]:
    """As little as Python needs to start; no keys, no home, and a proxy that isn't there for whoever would call out."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "PATH", "LD_LIBRARY_PATH", "LANG") if name in os.environ}
    single = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "GDAL_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy", "GDAL_HTTP_PROXY"), "http://127.0.0.1:9")
    return kept | SETTINGS | single | nowhere | {"TMPDIR": folder, "TEMP": folder, "TMP": folder}


def _tables(answer: bytes, name: str) -> list[tuple[dict, pa.Table]]:
    head, _, body = answer.partition(b"\n")
    if not head:
        raise errors.UnsafeFileError("读取时超出内存上限，或文件已损坏", where=name,
                                     todo="在原软件中检查后重新另存，或拆成几个文件")
    told = json.loads(head)
    if "error" in told:
        raise _ERRORS[told["error"]](told["what"], where=told["where"], todo=told["todo"])
    tables, start = [], 0
    for meta in told["tables"]:
        part = pa.py_buffer(memoryview(body)[start:start + meta["size"]])
        tables.append((meta, pa.ipc.open_stream(part).read_all()))
        start += meta["size"]
    return tables
