"""Be the child process that parses an untrusted file: bytes on standard input, Arrow tables on standard output.

It holds no secrets and few rights: little memory, little time, no files beyond a few, no core dump.
A task takes the file (`Source`, or `Path` where the file is too large to be sent) and its options, and gives
parts: a dictionary of plain data and an Arrow table each. It loads its libraries first, then calls `_limit`.
"""

from __future__ import annotations

import json
import math
import os
import sys
from pathlib import Path

from coverage.errors import InputError, UnsafeFileError
from coverage.intake import limits
from coverage.intake.source import Source


def main() -> None:
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not mix with the answer
    head, _, data = sys.stdin.buffer.read().partition(b"\n")
    request = json.loads(head)
    if request["task"] not in _WANT_PANDAS:
        sys.meta_path.insert(0, _Without())
    file = Path(request["path"]) if "path" in request else Source(request["name"], data)
    try:
        parts = TASKS[request["task"]](file, request["seconds"], **request["options"])
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


class _Without:
    """Keep out what pyarrow and pyogrio load if they can and we have no use for: 0.2 to 0.5 s."""

    UNNEEDED = frozenset({"geopandas", "pandas", "pyproj", "shapely"})

    def find_spec(self, name: str, path=None, target=None) -> None:
        if name.partition(".")[0] in self.UNNEEDED:
            raise ModuleNotFoundError(name, name=name)


def _sheets(source: Source, seconds: float) -> list[tuple[dict, memoryview]]:
    import python_calamine  # noqa: F401  loaded before the limits are set

    from coverage.intake.parse import parse_sheets, screen_table

    _limit(len(source.data), seconds)
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


def _layer(source: Source, seconds: float, *, layer: str | None = None) -> list[tuple[dict, memoryview]]:
    _screen_and_load(source, seconds)
    from coverage.intake.parse_layer import parse_layer

    meta, table = parse_layer(source, layer)
    return [(meta, _stream(table))]


def _screen_and_load(source: Source, seconds: float) -> None:
    """Refuse what can be seen to be no layer, then load the library that would parse it."""
    from coverage.intake.drivers import load_pyogrio
    from coverage.intake.screen_layer import screen_layer

    _limit(len(source.data), seconds)
    screen_layer(source)
    _lift()
    load_pyogrio()
    _limit(len(source.data), seconds)


def _screen(source: Source, seconds: float, *, layer: bool) -> list[tuple[dict, memoryview]]:
    """Refuse or not, as the tasks that parse would at their start; the answer is empty."""
    _limit(len(source.data), seconds)
    if layer:
        from coverage.intake.screen_layer import screen_layer as screen
    else:
        from coverage.intake.parse import screen_table as screen
    screen(source)
    return []


def _mark(source: Source, seconds: float, **options) -> list[tuple[dict, memoryview]]:
    import pyarrow as pa

    from coverage.intake.marked import marked_bytes

    _limit(len(source.data), seconds, bytes_per_byte=limits.MARK_BYTES_PER_BYTE)
    return [({}, _stream(pa.table({"xlsx": [marked_bytes(source, **options)]})))]


def _package(source: Source, seconds: float) -> list[tuple[dict, memoryview]]:
    import pyarrow as pa

    from coverage.intake.package_rows import package_rows
    from coverage.intake.screen_layer import screen_layer

    _limit(len(source.data), seconds)
    screen_layer(source)
    return [(meta, _stream(pa.table({name: _array(values) for name, values in columns.items()})))
            for meta, columns in package_rows(source)]


def _array(values: list):
    import pyarrow as pa

    binary = any(isinstance(value, bytes) for value in values)
    return pa.array(values, pa.large_binary() if binary else pa.large_string())


def _osm(path: Path, seconds: float, **options) -> list[tuple[dict, memoryview]]:
    from coverage.intake.osm_parse import parse_osm

    _limit(path.stat().st_size, seconds, bytes_per_byte=limits.ROAD_PARSE_BYTES_PER_BYTE)
    return [(meta, _stream(table)) for meta, table in parse_osm(path, **options)]


def _elevation(source: Source, seconds: float) -> list[tuple[dict, memoryview]]:
    import pyarrow as pa

    from coverage.intake.elevation_parse import SIZES, tile_parts

    # a tile all at sea packs to nothing, and unpacked it is as large as any
    _limit(len(source.data) + max(SIZES), seconds, bytes_per_byte=limits.TILE_BYTES_PER_BYTE)
    return [(meta, _stream(pa.table({"tile": pa.array([tile], pa.large_binary())})))
            for meta, tile in tile_parts(source)]


def _layers(source: Source, seconds: float) -> list[tuple[dict, memoryview]]:
    import pyarrow as pa

    _screen_and_load(source, seconds)
    from coverage.intake.parse_layer import list_layers

    return [({"layers": list_layers(source)}, _stream(pa.schema([]).empty_table()))]


def _stream(table) -> memoryview:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return memoryview(sink.getvalue())


def _limit(size: int, seconds: float, *, bytes_per_byte: int = limits.PARSE_BYTES_PER_BYTE) -> None:
    """Memory in proportion to the file, beyond what the libraries took already; processor time; on Linux and macOS
    also the size and number of files that may be written."""
    more = min(limits.PARSE_BASE_BYTES + bytes_per_byte * size, limits.PARSE_MOST_BYTES)
    if os.name == "nt":
        from coverage.intake.windows_job import limit_memory

        _LIMITED.append(limit_memory(more))
        return
    import resource

    taken = _taken() or 2 * limits.PARSE_MOST_BYTES
    for kind, most in ((resource.RLIMIT_AS, taken + more), (resource.RLIMIT_CPU, math.ceil(seconds)),
                       (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 2 * size + 2**20),
                       (resource.RLIMIT_NOFILE, 64)):
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, hard if kind == resource.RLIMIT_AS else most))


def _lift() -> None:
    """No limit of memory any more: the parsing is done, and what is left is ours."""
    if os.name == "nt":
        from coverage.intake.windows_job import lift_limit

        while _LIMITED:
            lift_limit(_LIMITED.pop())
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (resource.getrlimit(resource.RLIMIT_AS)[1],) * 2)


def _taken() -> int:
    """Address space of this process in bytes; 0 where the system doesn't tell (macOS)."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except FileNotFoundError:
        return 0


TASKS = {"sheets": _sheets, "layer": _layer, "layers": _layers, "screen": _screen, "mark": _mark,
         "package": _package, "osm": _osm, "elevation": _elevation}
_WANT_PANDAS = ("mark",)
_LIMITED: list[int] = []
