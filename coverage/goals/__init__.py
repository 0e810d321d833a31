"""Hold policy plans as data, judge each goal in each unit, and list the gaps."""
