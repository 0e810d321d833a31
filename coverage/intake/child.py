"""Be the child process that parses an untrusted file: bytes on standard input, Arrow tables on standard output.

It holds no secrets and few rights: little memory, little time, no files beyond a few, no core dump.
"""

from __future__ import annotations

import json
import os
import sys

from coverage.errors import InputError, UnsafeFileError
from coverage.intake import limits
from coverage.intake.source import Source


def main() -> None:
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not mix with the answer
    head, _, data = sys.stdin.buffer.read().partition(b"\n")
    request = json.loads(head)
    source = Source(request["name"], data)
    try:
        parts = _TASKS[request["task"]](source, **request["options"])
    except (InputError, UnsafeFileError) as error:
        told = {"error": type(error).__name__, "what": error.what, "where": error.where, "todo": error.todo}
        answer.write(json.dumps(told).encode() + b"\n")
    else:
        metas = [meta | {"size": len(buffer)} for meta, buffer in parts]
        answer.write(json.dumps({"tables": metas}).encode() + b"\n")
        for _, buffer in parts:
            answer.write(buffer)
    answer.flush()
    os._exit(0)


def _sheets(source: Source) -> list[tuple[dict, memoryview]]:
    import python_calamine  # noqa: F401  loaded before the limits are set

    from coverage.intake.parse import parse_sheets, screen_table

    _limit(len(source.data))
    parts = []
    screen_table(source)
    sheets = parse_sheets(source)
    _lift()
    import pyarrow as pa  # only now, so that a refusal comes sooner

    for sheet in sheets:
        arrays = [pa.array(column, pa.large_string()) for column in sheet.columns]
        table = pa.Table.from_arrays(arrays, names=[str(i) for i in range(len(arrays))])
        parts.append(({"name": sheet.name, "merged": sheet.merged, "encoding": sheet.encoding}, _stream(table)))
    return parts


def _layer(source: Source, layer: str | None = None) -> list[tuple[dict, memoryview]]:
    for unneeded in ("geopandas", "pandas", "pyproj", "shapely"):  # pyogrio would load them, 0.3 s
        sys.modules[unneeded] = None
    from coverage.intake.drivers import load_pyogrio

    load_pyogrio()
    from coverage.intake.parse_layer import parse_layer

    _limit(len(source.data))
    meta, table = parse_layer(source, layer)
    return [(meta, _stream(table))]


def _stream(table) -> memoryview:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return memoryview(sink.getvalue())


def _limit(size: int) -> None:
    """Memory in proportion to the file, beyond what the libraries took already. Windows has the time limit alone."""
    try:
        import resource
    except ImportError:
        return
    more = limits.PARSE_BASE_BYTES + limits.PARSE_BYTES_PER_BYTE * size
    taken = _taken() or 2 * limits.PARSE_MOST_BYTES
    for kind, most in ((resource.RLIMIT_AS, taken + min(more, limits.PARSE_MOST_BYTES)),
                       (resource.RLIMIT_CPU, limits.PARSE_SECONDS), (resource.RLIMIT_CORE, 0),
                       (resource.RLIMIT_FSIZE, 2 * size + 2**20), (resource.RLIMIT_NOFILE, 64)):
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, hard if kind == resource.RLIMIT_AS else most))


def _lift() -> None:
    """No limit of memory any more: the parsing is done, and what is left is ours."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (resource.getrlimit(resource.RLIMIT_AS)[1],) * 2)


def _taken() -> int:
    """Address space of this process in bytes; 0 where the system doesn't tell (macOS)."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except FileNotFoundError:
        return 0


_TASKS = {"sheets": _sheets, "layer": _layer}
