#!/usr/bin/env python3
"""Executes notebooks with TypeScript cells on the Deno kernel and writes them back, or elsewhere, with their outputs.

Needs nbclient (Debian: python3-nbclient) and deno (npm, a development dependency). Exit code 1 when a cell throws, or shows
nothing although it ends with an expression.
"""

import argparse
import asyncio
import copy
import os
import pathlib
import queue
import sys

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent
QUIET_SECONDS = 0.4


class PatientClient(NotebookClient):
    """Keeps reading a cell's outputs until the kernel has been quiet for a while.

    The Deno kernel sometimes publishes the result of a cell after it reported idle. nbclient stops reading at idle and would lose it.
    """

    async def _async_poll_output_msg(self, parent_msg_id, cell, cell_index):
        await super()._async_poll_output_msg(parent_msg_id, cell, cell_index)
        while True:
            try:
                message = await self.kc.iopub_channel.get_msg(timeout=QUIET_SECONDS)
            except (queue.Empty, asyncio.TimeoutError):
                return
            if message["parent_header"].get("msg_id") == parent_msg_id:
                self.process_message(message, cell, cell_index)


def execute(notebook: nbformat.NotebookNode, folder: pathlib.Path) -> nbformat.NotebookNode:
    # Relative imports of the cells start at the notebook's folder.
    client = PatientClient(
        notebook, kernel_name="deno", timeout=600, startup_timeout=120, resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    # Run times would differ from run to run.
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    return notebook


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", nargs="+", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, default=PROJECT / "out" / "notebooks", help="folder of the executed notebooks")
    parser.add_argument("--in-place", action="store_true", help="write the outputs into the notebooks themselves")
    parser.add_argument("--check", action="store_true", help="fail when a notebook holds other outputs than this run gave")
    options = parser.parse_args()

    os.environ["PATH"] = os.pathsep.join([str(PROJECT / "node_modules" / ".bin"), os.environ.get("PATH", "")])
    os.environ["JUPYTER_PATH"] = str(HERE)
    os.environ["NO_COLOR"] = "1"
    for path in options.notebooks:
        committed = nbformat.read(path, as_version=4)
        try:
            notebook = execute(copy.deepcopy(committed), path.parent)
        except CellExecutionError as error:
            print(f"{path}: a cell failed\n{error}", file=sys.stderr)
            return 1
        silent = [i for i, cell in enumerate(notebook.cells) if shows_a_value(cell) and not cell.outputs]
        if silent:
            print(f"{path}: no output of cells {silent}", file=sys.stderr)
            return 1
        if options.check and outputs_of(notebook) != outputs_of(committed):
            print(f"{path}: holds other outputs than it gives now; run it again with --in-place", file=sys.stderr)
            return 1
        target = path if options.in_place else options.out / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, target)
        print(f"{path}: {sum(cell.cell_type == 'code' for cell in notebook.cells)} cells ran, written to {os.path.relpath(target)}")
    return 0


def outputs_of(notebook: nbformat.NotebookNode) -> list:
    return [cell.get("outputs", []) for cell in notebook.cells]


def shows_a_value(cell: nbformat.NotebookNode) -> bool:
    """A cell shows the value of its last line when that is an expression; in our notebooks statements end with `;` or `}`."""
    source = cell.source.rstrip()
    return cell.cell_type == "code" and source != "" and not source.endswith((";", "}"))


if __name__ == "__main__":
    sys.exit(main())
