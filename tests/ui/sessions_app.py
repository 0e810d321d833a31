"""The app, opened on the project that the address names. Files of the same bytes are read once, to spare processes."""

import os
import threading
from pathlib import Path

import streamlit as st

from coverage.intake import isolated, layers
from coverage.study import load_scenario
from coverage.ui.shell import main
from coverage.ui.state import open_scenario

if not hasattr(isolated, "read_once"):
    isolated.read_once, parse, lock = {}, isolated.parse_isolated, threading.Lock()

    def remembered(task, file, **options):
        with lock:
            key = (task, file.name, file.data, str(options))
            if key not in isolated.read_once:
                isolated.read_once[key] = parse(task, file, **options)
            return isolated.read_once[key]

    isolated.parse_isolated = layers.parse_isolated = remembered
if "opened" not in st.session_state:
    open_scenario(load_scenario(Path(os.environ["PROJECTS"], st.query_params["n"], "s.toml")))
main()
