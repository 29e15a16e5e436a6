"""Writes every script of an action or a workflow into a file of its own. Usage: scripts.py FOLDER FILE..."""

import pathlib
import sys

import yaml


def steps(node):
    """Every step, at whatever depth."""
    if isinstance(node, dict):
        if isinstance(node.get("run"), str):
            yield node["run"]
        for child in node.values():
            yield from steps(child)
    elif isinstance(node, list):
        for child in node:
            yield from steps(child)


folder = pathlib.Path(sys.argv[1])
for name in sys.argv[2:]:
    for nth, script in enumerate(steps(yaml.safe_load(pathlib.Path(name).read_text()))):
        path = folder / f"{name.replace('/', '-')}-{nth}.sh"
        # The variables are those of the step's environment.
        path.write_text(f"#!/bin/bash -e\n# shellcheck disable=SC2154\n{script}\n")
