"""Open the planner's app: `python -m coverage app`, or `streamlit run app.py`.

Streamlit finds `app` here and serves it; then it runs this same file, as __main__, for each session.
"""

import streamlit as st

from coverage.ui.faults import report
from coverage.ui.server import MIDDLEWARE
from coverage.ui.shell import main

if __name__ == "__main__":
    main()
else:
    app = st.App(__file__, middleware=MIDDLEWARE, on_script_error=report)
