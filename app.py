"""Open the planner's app: `python -m coverage app`, or `streamlit run app.py`."""

from coverage.ui.shell import main

main()
