"""Store a built road network as .npy files and map it back: `RoadNetwork` ↔ a folder with a checksum.

Nothing is pickled. Arrays are mapped, not read, so even a large network is there at once.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np
import pandas as pd

from coverage.errors import ProjectError
from coverage.travel.kernels.packed import PackedGraph
from coverage.travel.network import RoadNetwork
from coverage.travel.speeds import Mode

FORMAT = 2
_TEXT = ("variant", "terrain", "basis")
_SHARES = ("unknown_share", "slope_share", "steep_share")  # NaN, which JSON doesn't know, is stored as null


def store_network(network: RoadNetwork, folder: Path) -> None:
    """Write the network's arrays, its packed graph and its table of ways; what is there is overwritten."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays = _arrays(network) | {f"packed_{name}": array for name, array in _arrays(network.packed).items()}
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    network.ways.to_feather(folder / "ways.feather", compression="uncompressed")
    about = {"format": FORMAT, "mode": asdict(network.mode),
             **{name: None if np.isnan(share := getattr(network, name)) else share for name in _SHARES},
             **{name: getattr(network, name) for name in _TEXT},
             "files": {path.name: {"bytes": path.stat().st_size, "crc32": _crc32(path)} for path in
                       [*(folder / f"{name}.npy" for name in arrays), folder / "ways.feather"]}}
    (folder / "network.json").write_text(json.dumps(about, ensure_ascii=False, indent=1), encoding="utf-8")


def load_network(folder: Path, *, verify: bool = True) -> RoadNetwork:
    """Map a stored network back. `verify` reads every byte against its checksum; else only sizes are compared.

    Raises ProjectError when a file is missing, changed or of another format.
    """
    about = _about(folder)
    for name, stated in about["files"].items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != stated["bytes"] or (
                verify and _crc32(path) != stated["crc32"]):
            raise ProjectError(f"路网缓存的 {name} 缺失或已改动", where=str(folder),
                               todo="请删除该文件夹，由道路文件重新生成")
    ways = pd.read_feather(folder / "ways.feather")

    def mapped(kind: type, prefix: str = "") -> dict[str, np.ndarray]:
        names = [field.name for field in fields(kind) if f"{prefix}{field.name}.npy" in about["files"]]
        # copy on write: the kernels are compiled for writable arrays, and nothing is written back
        return {name: np.asarray(np.load(folder / f"{prefix}{name}.npy", mmap_mode="c", allow_pickle=False))
                for name in names}

    shares = {name: float("nan") if about[name] is None else about[name] for name in _SHARES}
    network = RoadNetwork(mode=Mode(**about["mode"]), ways=ways, **{name: about[name] for name in _TEXT}, **shares,
                          **mapped(RoadNetwork))
    network.__dict__["packed"] = PackedGraph(**mapped(PackedGraph, "packed_"))
    return network


def _about(folder: Path) -> dict:
    try:
        about = json.loads((folder / "network.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ProjectError("不是路网缓存文件夹", where=str(folder), todo="请由道路文件重新生成") from error
    if about.get("format") != FORMAT:
        raise ProjectError("路网缓存的格式不同", where=str(folder), todo="请删除该文件夹，由道路文件重新生成")
    return about


def _arrays(thing) -> dict[str, np.ndarray]:
    return {field.name: value for field in fields(thing) if isinstance(value := getattr(thing, field.name), np.ndarray)}


def _crc32(path: Path) -> int:
    value = 0
    with path.open("rb") as file:
        while block := file.read(1 << 22):
            value = zlib.crc32(block, value)
    return value
