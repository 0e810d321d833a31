"""Each hostile file is refused with a named error, quickly, in little memory, without a trace or a call."""

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from coverage.errors import InputError, UnsafeFileError
from coverage.intake.check import check_file
from tests.attacks import archives, disguises, layers, roads, texts, workbooks

MOST_SECONDS = 2.0  # of processor time, so that a busy machine doesn't matter
MOST_MORE_BYTES = 100 * 2**20


class Listener:
    """A local address that counts who calls."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.calls = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            connection, _ = self.socket.accept()
            self.calls += 1
            connection.close()


LISTENER = Listener()
with tempfile.TemporaryDirectory() as _folder:
    ATTACKS = [*disguises.attacks(LISTENER.url), *archives.attacks(), *workbooks.attacks(LISTENER.url),
               *roads.attacks(LISTENER.url), *texts.attacks(),
               *layers.attacks(LISTENER.url, Path(_folder))]


def refuse(attack, folder) -> str:
    """Why nothing of the file was used. Raises AssertionError where something was. Roads are read from `folder`."""
    source = attack.data
    if attack.kind == "roads":
        source = folder / attack.name
        source.write_bytes(attack.data)
    try:
        checked = check_file(source, attack.kind, name=attack.name)
    except (InputError, UnsafeFileError) as error:
        assert error.what
        return str(error)
    assert checked.used == 0, f"{checked.used} rows came in"
    assert checked.refused == checked.read > 0 or len(checked.problems)
    return checked.problems["suggestion"].iloc[0]


def busy_seconds() -> float:
    return sum(os.times()[:4])


def reset_peak() -> int:
    """Forget the highest memory so far (Linux); the memory now."""
    Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def _status(name: str) -> int:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) * 1024


def test_there_are_at_least_120_with_names_of_their_own():
    titles = [attack.title for attack in ATTACKS]
    assert len(set(titles)) == len(titles) >= 120


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.title)
def test_refused_quickly_without_a_trace(attack, tmp_path, tmp_path_factory, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder, calls = tmp_path_factory.mktemp("roads"), LISTENER.calls
    before = reset_peak() if Path("/proc/self/clear_refs").exists() else 0
    start = busy_seconds()
    why = refuse(attack, folder)
    assert why
    if "bomb of" in attack.title or "roads: a bomb" in attack.title:
        assert "炸弹" in why
    assert busy_seconds() - start < MOST_SECONDS
    if before:
        assert _status("VmHWM") - before < MOST_MORE_BYTES
    assert list(tmp_path.iterdir()) == []
    assert LISTENER.calls == calls


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process its address space")
def test_the_child_cannot_take_more_memory_than_its_file_deserves():
    code = "from coverage.intake.child import _limit; _limit(1000, 10); bytearray(64 * 2**20); bytearray(100 * 2**20)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "MemoryError" in done.stderr.splitlines()[-1]
    assert subprocess.run([sys.executable, "-c", code.rsplit(";", 1)[0]], check=False).returncode == 0


def test_the_listener_would_notice():
    before = LISTENER.calls
    socket.create_connection(LISTENER.socket.getsockname()).close()
    for _ in range(100):
        if LISTENER.calls > before:
            return
        time.sleep(0.01)
    raise AssertionError("nobody answered")
