"""Run a lesson cell by cell in a process of its own, and record what it claims."""

import ast
import contextlib
import io
import multiprocessing
import os
import pkgutil
import re
import sys
import tempfile
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from course_lib import claims
from course_lib.teaching import lessons


@dataclass
class Record:
    """What a run of a lesson gave.

    claims: {text: what it was given as holds, a bool, or a float as it came}, in order.
    errors: {id of a cell that ended in one: the error in a line}.
    """

    claims: dict[str, bool | float] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def replay(
    path: os.PathLike,
    *,
    dataset: str = "digits",
    seed: int = 0,
    changes: dict[str, Callable] | None = None,
    transform: Callable[[ast.Module], ast.Module] | None = None,
    names: dict[str, Callable] | None = None,
    until: set[str] | None = None,
) -> Record:
    """Run a lesson and return its Record. A claim that does not hold stops nothing.

    dataset: "mnist", which this machine must have, or "digits". seed: of the lesson.
    changes: {name: function of the old value that returns a new one}. A name with dots
    is replaced in its module or class before the first cell, as in
    "course_lib.data.load"; any other wherever the lesson binds it outside of functions,
    be it by import, def or =. transform: changes the syntax tree of each cell.
    names: what the cells may call besides. until: claims, after the last of which there
    is no need to go on. Functions are handed to another process, so
    they have to stand in a module.

    A cell that ends in an error is noted, and what it would have bound is forgotten: no
    later cell works with a value of before.
    """
    kinds = multiprocessing.get_all_start_methods()
    kind = "forkserver" if "forkserver" in kinds else "spawn"
    context = multiprocessing.get_context(kind)
    if kind == "forkserver":  # what takes long is imported once for all runs
        context.set_forkserver_preload(["course_lib.training", "matplotlib.pyplot"])
    with (
        tempfile.TemporaryDirectory() as empty,
        ProcessPoolExecutor(1, mp_context=context) as pool,
    ):
        settings = {"COURSE_OFFLINE": "1", "MPLBACKEND": "agg"}
        if dataset == "digits":
            settings["COURSE_DATA"] = empty
        environment = {**os.environ, **settings}
        more = (changes or {}, transform, names or {}, until)
        run = (path, environment, seed, *more)
        return pool.submit(_replay, *run).result()


def bound(path: os.PathLike) -> set[str]:
    """Return the names that a lesson binds outside of functions and classes."""
    cells = [ast.parse(cell["source"]) for cell in lessons.cells(path, "code")]
    return {name for cell in cells for name in _bound(cell)}


def _replay(path, environment, seed, changes, transform, names, until):
    os.environ.update(environment)
    os.chdir(path.parent)
    warnings.simplefilter("ignore")
    found = Record()

    def record(text, holds, *, measured):
        found.claims[text] = holds if isinstance(holds, float) else bool(holds)

    claims.claim = record
    plain = {name: change for name, change in changes.items() if "." not in name}
    for name in changes.keys() - plain.keys():
        place, _, last = name.rpartition(".")
        place = pkgutil.resolve_name(place)
        setattr(place, last, changes[name](getattr(place, last)))
    namespace = {"__name__": "__main__", "_changes": plain, **names}
    out = io.StringIO()  # what it prints and how its training goes: of no use here
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        for cell in lessons.cells(path, "code"):
            source = re.sub(
                r"^SEED = 0\b", f"SEED = {seed}", cell["source"], flags=re.M
            )
            tree = transform(ast.parse(source)) if transform else ast.parse(source)
            if why := _run(_Changed(plain).visit(tree), cell["id"], namespace):
                found.errors[cell["id"]] = why
            if "matplotlib.pyplot" in sys.modules:
                sys.modules["matplotlib.pyplot"].close("all")
            if until and until <= found.claims.keys():
                break
    return found


def _run(tree, cell, namespace):
    """Run a cell's statements; return its error in a line, or None."""
    for place, statement in enumerate(tree.body):
        code = ast.fix_missing_locations(ast.Module([statement], []))
        try:
            exec(compile(code, f"<cell {cell}>", "exec"), namespace)
        except Exception as error:
            for later in tree.body[place:]:
                for name in _bound(later):
                    namespace.pop(name, None)
            return f"{type(error).__name__}: {error}".splitlines()[0]
    return None


def _bound(node):
    """Return the names that a piece of code binds outside of functions."""
    found = _names(node)
    if not isinstance(node, ast.FunctionDef | ast.ClassDef):
        for child in ast.iter_child_nodes(node):
            found += _bound(child)
    return found


def _names(statement):
    """Return the names that a statement binds, those within its body left out."""
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return [a.asname or a.name.partition(".")[0] for a in statement.names]
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return [statement.name]
    targets = getattr(statement, "targets", [getattr(statement, "target", None)])
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        found = [node for target in targets for node in ast.walk(target)]
        return [
            node.id
            for node in found
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        ]
    return []


class _Changed(ast.NodeTransformer):
    """Pass what a lesson binds to a changed name through its change."""

    def __init__(self, names):
        self.names = names

    def visit(self, node):
        if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.expr):
            self.generic_visit(node)
        names = [name for name in _names(node) if name in self.names]
        more = [f"{name} = _changes[{name!r}]({name})" for name in names]
        return [node, *ast.parse("\n".join(more)).body] if more else node
