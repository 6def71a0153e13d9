"""Join an explorer's JavaScript with all that it imports, into one module."""

import re
from pathlib import Path

STATEMENT = re.compile(r"^import\b[^;]*;\n|^import\b.*\n", re.MULTILINE)
KNOWN = re.compile(r'import \{([^{}]*)\} from "(\.[^"]*)";\n')
FORM = 'import { a, b } from "./file.js";'
# What stands at a line's start is declared for the whole module.
DECLARED = re.compile(
    r"^(export )?(?:async )?(?:function\*?|class|const|let|var) +"
    r"([\w$]+|\{[^{}]*\}|\[[^\[\]]*\])",
    re.MULTILINE,
)


def join(*paths):
    """Return JavaScript files, and those that they import, as the text of one module.

    Each file comes once, after all that it imports, without its import statements; what
    it exports stays exported. ValueError: a file that is not there, a statement other
    than `import { a, b } from "./file.js";`, a name that a file does not export, files
    that import one another in a circle, two files that declare the same name.
    """
    parts, owners = {}, {}
    for path in paths:
        if not path.exists():
            raise ValueError(f"{path.name}: there is no such file in {path.parent}")
        _add(path.resolve(), [], parts, owners)
    return "".join(parts.values())


def _add(path, above, parts, owners):
    """Add a file to parts, its imports first. above: the files that led to it."""
    if path in above:
        circle = [p.name for p in above[above.index(path) :]] + [path.name]
        raise ValueError(f"imports in a circle: {' → '.join(circle)}")
    if path in parts:
        return
    source = path.read_text("utf-8")
    for statement in STATEMENT.findall(source):
        names, target = _read(statement, path)
        _add(target, [*above, path], parts, owners)
        for name in names:
            if owners.get(name) != (target, True):
                raise ValueError(f"{path.name}: {target.name} exports no {name}")
    for is_exported, declared in DECLARED.findall(source):
        for name in re.findall(r"[\w$]+", declared):
            if name in owners:
                other = owners[name][0].name
                raise ValueError(f"{path.name}: {name} is declared in {other} as well")
            owners[name] = path, bool(is_exported)
    parts[path] = STATEMENT.sub("", source)


def _read(statement, path):
    """Return the names and the file of an import statement in a file."""
    known = KNOWN.fullmatch(statement)
    names = re.findall(r"[^\s,][^,]*", known[1]) if known else []
    if not known or not all(re.fullmatch(r"[\w$]+\s*", name) for name in names):
        came = " ".join(statement.split())[:80]
        raise ValueError(f"{path.name}: got {came!r}, wanted {FORM}")
    target = Path(path.parent, known[2]).resolve()
    if not target.exists():
        raise ValueError(f'{path.name}: imports "{known[2]}", which is not there')
    return [name.strip() for name in names], target
