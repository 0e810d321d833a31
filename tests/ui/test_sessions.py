"""Twenty people at once, each with a project and conditions of their own: each sees what they would see alone."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

ROOT = Path(__file__).parents[2]
COUNTY = ROOT / "tests" / "golden" / "county"
PLAN = (ROOT / "scenarios" / "plans" / "huining-2021-2025.toml").as_posix()
SESSIONS = 20


@pytest.fixture
def projects(tmp_path) -> Path:
    """Copies of the six villages under other names, with other numbers of people: A has 100, 101, 102 or 103"""
    for number in range(SESSIONS):
        folder = tmp_path / str(number)
        folder.mkdir()
        for file in COUNTY.iterdir():
            text = file.read_text("utf-8")
            if file.name == "project.toml":
                text = text.replace("六村县", f"六村县（{number}）")
            if file.name == "people.csv":
                head, first, *rest = text.splitlines()
                assert first.endswith(",100")
                text = "\n".join([head, f"{first.removesuffix('100')}{100 + number % 4}", *rest]) + "\n"
            (folder / file.name).write_text(text, "utf-8")
        (folder / "s.toml").write_text(
            f'title = "情景{number}"\nproject = "{folder.as_posix()}"\nyear = 2020\nplans = {json.dumps([PLAN])}\n'
            f"[travel]\nthreshold_min = {(15, 30, 45)[number % 3]}\n", encoding="utf-8")
    return tmp_path


def look(address: str, number: int) -> list[bytes]:
    """Open 总览 in a session of one's own, on one project: every element that the page shows."""
    with connect(f"{address.replace('http', 'ws')}/_stcore/stream", subprotocols=["streamlit"],
                 max_size=None, open_timeout=60) as socket:
        message = BackMsg()
        message.rerun_script.query_string = f"n={number}"
        message.rerun_script.page_name = "overview"
        socket.send(message.SerializeToString())
        return _elements(socket)


def _elements(socket) -> list[bytes]:
    """What one run of the script shows, in its last state, in order."""
    placed = {}
    while True:
        message = ForwardMsg.FromString(socket.recv(timeout=120))
        if message.WhichOneof("type") == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            assert element.WhichOneof("type") not in ("exception", "alert"), element
            if element.WhichOneof("type") == "download_button":
                element.download_button.ClearField("deferred_file_id")  # drawn by lot
            placed[tuple(message.metadata.delta_path)] = element.SerializeToString(deterministic=True)
        if message.WhichOneof("type") == "script_finished":
            return [placed[place] for place in sorted(placed)]


def test_twenty_at_once_see_what_each_sees_alone(projects, serve, monkeypatch):
    monkeypatch.setenv("PROJECTS", str(projects))
    address = serve(Path(__file__).with_name("sessions_app.py"))
    with ThreadPoolExecutor(SESSIONS) as pool:
        together = list(pool.map(lambda number: look(address, number), range(SESSIONS)))
    for number in (0, 7, 19):
        assert look(address, number) == together[number]
    names = [f"六村县（{number}）".encode() for number in range(SESSIONS)]
    for number, told in enumerate(together):
        whole = b"".join(told).replace(b"\\", b"")
        assert [name in whole for name in names] == [other == number for other in range(SESSIONS)]
        assert f"{250 + number % 4} 名".encode() in whole
