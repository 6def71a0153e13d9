"""How far each claim is from failing: make margins.

Runs lessons with several seeds on each data set and prints, for every claim, its least
margin: how far the measured side is from the limit, as a share of the larger of both;
and the mean margin in standard deviations over the seeds. A claim with several
conditions has the margin of its narrowest. "exact": equal, as asked; "yes/no": none.
"""

import argparse
import ast
import math
import os
import re
import statistics
import sys
import tempfile
import warnings

import nbformat
from nbclient import NotebookClient

from course_lib.teaching import lessons

NARROW = 3  # standard deviations

# What the lessons' kernel is given: margins of comparisons, by element.
HELP = """
import operator as _operator

import numpy as _numpy


def _slack(a, sign, b):
    if sign == "==":
        return float("inf") if _operator.eq(a, b) else -1.0
    if sign == "!=":
        return float("inf") if _operator.ne(a, b) else -1.0
    try:
        a, b = (_numpy.asarray(v, dtype=float) for v in (a, b))
    except (TypeError, ValueError):
        return float("inf")
    gap = b - a if sign in ("<", "<=") else a - b
    scale = _numpy.maximum(_numpy.maximum(abs(a), abs(b)), 1e-12)
    return float((gap / scale).min())
"""

SIGNS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "=="}
SIGNS |= {ast.NotEq: "!="}


def margin(node):
    """Return Python for the margin of a condition; None where it has no such thing."""
    if isinstance(node, ast.Compare) and all(type(op) in SIGNS for op in node.ops):
        sides = [ast.unparse(side) for side in (node.left, *node.comparators)]
        signs = [SIGNS[type(op)] for op in node.ops]
        pairs = zip(sides[:-1], signs, sides[1:], strict=True)
        parts = [f"_slack({a}, {sign!r}, {b})" for a, sign, b in pairs]
        return f"min([{', '.join(parts)}])"
    if isinstance(node, ast.BoolOp):
        parts = [margin(value) for value in node.values]
        pick = "min" if isinstance(node.op, ast.And) else "max"
        return f"{pick}([{', '.join(parts)}])" if all(parts) else None
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Attribute) and node.func.attr == "all":
        return margin(node.func.value)
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name in ("all", "any") and isinstance(
        node.args[0], ast.GeneratorExp | ast.ListComp
    ):
        inner = margin(node.args[0].elt)
        loops = " ".join(ast.unparse(part) for part in node.args[0].generators)
        return (
            f"{'min' if name == 'all' else 'max'}([{inner} {loops}])" if inner else None
        )
    return None


class Measured(ast.NodeTransformer):
    """Let each claim print its margin before it is made."""

    def visit_Expr(self, node):
        call = node.value
        if not isinstance(call, ast.Call) or ast.unparse(call.func) != "claim":
            return self.generic_visit(node)
        text, holds = call.args
        slack = margin(holds) or f"float('nan') if {ast.unparse(holds)} else -1.0"
        line = f"print('MARGIN', {slack}, {ast.unparse(text)}, sep='\\t')"
        return ast.parse(line).body[0]


def run(path, seed, dataset):
    """Return a lesson's margins with a seed on a data set: [(claim, margin)]."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            source = re.sub(r"^SEED = 0\b", f"SEED = {seed}", cell.source, flags=re.M)
            cell.source = ast.unparse(Measured().visit(ast.parse(source)))
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    first.source = HELP + first.source
    with tempfile.TemporaryDirectory() as empty:
        environment = dict(os.environ, COURSE_OFFLINE="1")
        if dataset == "digits":
            environment["COURSE_DATA"] = empty
        client = NotebookClient(notebook, timeout=900, allow_errors=True)
        client.execute(env=environment, cwd=str(path.parent))
    found = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                raise RuntimeError(f"{path.name}, seed {seed}: {output.evalue}")
            if output.output_type == "stream" and output.name == "stdout":
                lines = re.findall(r"^MARGIN\t(\S+)\t(.*)$", output.text, re.M)
                found += [(text, float(value)) for value, text in lines]
    return found


def shown(values):
    """Return margins as words: the least, and the mean in standard deviations."""
    if values is None:  # a claim on the other data set
        return "–"
    least = min(values)
    if least != least:
        return "yes/no"
    if least == float("inf"):
        return "exact"
    deviations = f", {min(spread(values), 99):.0f}" if len(values) > 2 else ""
    return f"{least:.0%}{deviations}"


def spread(values):
    """Return how many standard deviations the mean of margins is from 0."""
    if len(values) < 3 or not all(map(math.isfinite, values)):
        return math.inf
    return statistics.mean(values) / max(statistics.stdev(values), 1e-9)


def main():
    """Print the margins of what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lessons", nargs="*", help="such as 01 03; all without any")
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    warnings.filterwarnings("ignore")
    try:
        paths = lessons.named(given.lessons)
    except ValueError as error:
        sys.exit(str(error))
    narrow = 0
    for path in paths:
        seeds = range(1 if path.name.startswith("00") else given.seeds)
        margins = {}
        for dataset in ("mnist", "digits"):
            for seed in seeds:
                for text, value in run(path, seed, dataset):
                    row = margins.setdefault(text, {})
                    row.setdefault(dataset, []).append(value)
        print(f"\n## {path.stem}\n\n| Claim | MNIST | digits |\n|---|---|---|")
        for text, row in margins.items():
            narrow += min(map(spread, row.values())) < NARROW
            cells = [text.replace("|", "\\|")]
            cells += [shown(row.get(dataset)) for dataset in ("mnist", "digits")]
            print(f"| {' | '.join(cells)} |", flush=True)
    print(f"\n{narrow} claims within {NARROW} standard deviations of failing.")


if __name__ == "__main__":
    main()
