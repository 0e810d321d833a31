"""The command that opens the app: it finds a free port or says so, and opens the browser once the server answers."""

import socket
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path

import pytest

from coverage.commands import app
from coverage.errors import ProjectError

ROOT = Path(__file__).parents[2]


def asked(*words: str):
    parser = ArgumentParser()
    app.add_arguments(parser)
    return parser.parse_args(words)


def test_it_listens_on_this_computer_alone_by_default(monkeypatch):
    called = []
    monkeypatch.setattr(subprocess, "call", lambda command, **kwargs: called.append(command) or 0)
    monkeypatch.setattr(app, "_taken", lambda host, port: False)
    assert app.run(asked("--no-browser")) == 0
    command = called[0]
    assert command[0] == sys.executable and command[command.index("--server.address") + 1] == "127.0.0.1"
    assert app.run(asked("--no-browser", "--address", "0.0.0.0")) == 0
    assert called[1][called[1].index("--server.address") + 1] == "0.0.0.0"


def test_a_port_in_use_is_told_in_words():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(ProjectError, match="已被占用"):
            app.run(asked("--no-browser", "--port", str(other.getsockname()[1])))


@pytest.mark.browser
def test_the_browser_opens_once_the_server_answers(app_address, monkeypatch):
    seen = []
    monkeypatch.setattr(app.webbrowser, "open", seen.append)
    app._show(app_address)
    assert seen == [app_address]
