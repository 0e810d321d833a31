"""The app on a region of poisoned names."""

from coverage.study import load_base
from coverage.ui import state
from coverage.ui.shell import main
from tests.ui.poison import poisoned

state.load_base = lambda scenario: poisoned(load_base(scenario))
main()
