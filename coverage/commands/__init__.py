"""Carry out the command line's commands, a module for each.

A command module has `HELP` (one line), `add_arguments(parser)` and `run(args) -> int` (the exit code).
It imports the stages inside `run`, so that help stays quick.
"""
