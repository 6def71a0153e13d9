"""How far each claim is from failing: make margins.

Runs lessons with several seeds on each data set and prints, for every claim, its least
margin: how far the measured side is from the limit, as a share of the larger of both;
and the mean margin in standard deviations over the seeds. A claim with several
conditions has the margin of its narrowest. "exact": equal, as asked; "yes/no": none.
"""

import argparse
import ast
import math
import operator
import statistics
import sys

import numpy as np

from course_lib.teaching import lessons
from course_lib.teaching.authoring import margins_page
from course_lib.teaching.authoring.replay import replay

NARROW = 3  # standard deviations


def slack(a, sign, b):
    """Return the margin of a comparison, the least of its elements."""
    if sign in ("==", "!="):
        holds = (operator.eq if sign == "==" else operator.ne)(a, b)
        return float("inf") if holds else -1.0
    try:
        a, b = (np.asarray(v, dtype=float) for v in (a, b))
    except (TypeError, ValueError):
        return float("inf")
    gap = b - a if sign in ("<", "<=") else a - b
    scale = np.maximum(np.maximum(abs(a), abs(b)), 1e-12)
    return float((gap / scale).min())


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
    """Let each claim be given its margin for its truth."""

    def visit_Call(self, node):
        if ast.unparse(node.func) == "claim":
            holds = node.args[1]
            words = margin(holds) or f"float('nan') if {ast.unparse(holds)} else -1.0"
            node.args[1] = ast.parse(words, mode="eval").body
        return self.generic_visit(node)


def measured(tree):
    """Return a cell's syntax tree in which each claim is given its margin."""
    return Measured().visit(tree)


def run(path, seed, dataset):
    """Return a lesson's margins with a seed on a data set: {claim: margin}."""
    more = {"transform": measured, "names": {"_slack": slack}}
    found = replay(path, dataset=dataset, seed=seed, **more)
    for cell, error in found.errors.items():
        raise RuntimeError(f"{path.name}, seed {seed}, {cell}: {error}")
    return found.claims


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
    parser.add_argument("--write", action="store_true", help="into docs/MARGINS.md too")
    given = parser.parse_args()
    try:
        paths = lessons.named(given.lessons)
    except ValueError as error:
        sys.exit(str(error))
    narrow = 0
    for path in paths:
        seeds = range(1 if path.name.startswith("00") else given.seeds)
        margins = {text: {} for text in lessons.claims(path)}
        for column in ("MNIST", "digits"):
            for seed in seeds:
                for text, value in run(path, seed, column.lower()).items():
                    margins[text].setdefault(column, []).append(value)
        rows = {}
        for text, found in margins.items():
            narrow += min(map(spread, found.values())) < NARROW
            rows[text] = {c: shown(found.get(c)) for c in ("MNIST", "digits")}
        if given.write:
            margins_page.update(margins_page.page(), path, rows)
        both = margins_page.table(rows, ("MNIST", "digits"))
        print(f"## {path.stem}\n\n{both}", flush=True)
    print(f"{narrow} claims within {NARROW} standard deviations of failing.")


if __name__ == "__main__":
    main()
