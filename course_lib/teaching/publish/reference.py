"""Write the reference of course_lib from its docstrings, by pdoc: a part of the site.

Its pages load nothing, and the first one lists every name. A name that a package lists
in __all__ stands on the package's page, and not on its module's as well.
"""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from textwrap import dedent

from jupyterlab_pygments import JupyterStyle
from pdoc import doc, render
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from course_lib.checks import Exercise

HERE = Path(__file__).resolve().parent
TEMPLATE = HERE / "template"
FORMATTER = HtmlFormatter(style=JupyterStyle)
LONGEST = 200  # of a value, in characters
# What nobody calls from a notebook: these are commands, or parts of such.
LEFT_OUT = ("course_lib.teaching", "course_lib.doctor", "course_lib.console")
LEFT_OUT += ("course_lib.__main__",)


def modules():
    """Return the modules that have a page, in order, by their names."""
    found = {}
    for info in pkgutil.walk_packages([str(HERE.parents[1])], "course_lib."):
        name = info.name
        if "._" not in name and not name.startswith(LEFT_OUT):
            module = importlib.import_module(name)
            if any(map(public, doc.Module(module).members.values())):
                found[name] = module
    return found


def public(member):
    """Return whether a member of a module or a class, as pdoc has it, is for readers.

    A constructor is not: its class shows its arguments.
    """
    hidden = member.name.startswith("_") and member.name != "__call__"
    if hidden or isinstance(member, doc.Module):
        return False
    module = importlib.import_module(member.modulename)
    listed = member.qualname in getattr(module, "__all__", ())
    if isinstance(member, doc.Variable):
        short = len(member.default_value_str) < LONGEST
        return listed and (short or isinstance(member.default_value, Exercise))
    if "." not in member.qualname:
        return bool(member.docstring) and (listed or not _in_a_package(member.obj))
    # A field whose default is some function is no method.
    return bool(member.docstring) and member.name == _last(member.obj.__qualname__)


def _in_a_package(thing):
    """Return whether a package that holds the module of a thing lists the thing."""
    name = thing.__module__
    while name := name.rpartition(".")[0]:
        package = importlib.import_module(name)
        if thing.__name__ in getattr(package, "__all__", ()):
            return getattr(package, thing.__name__) is thing
    return False


def _last(name):
    return name.rpartition(".")[2]


def answered(value):
    """Return what an exercise's function takes, "(x_hat, x)"; None for no exercise."""
    if isinstance(value, Exercise):
        return str(inspect.signature(value.reference))
    return None


def arguments(html, member):
    """Return a docstring's HTML with bold arguments where it says what each is."""
    if isinstance(member, doc.Class):
        member = member.get("__init__")
    if not isinstance(member, doc.Function):
        return html
    names = "|".join(map(re.escape, member.signature.parameters))
    begins = r"(?:(?<=<p>)|(?<=[.;,]\s))"
    found = re.compile(rf"{begins}({names})\b(?=(,\s({names}))*:\s)")
    return found.sub(r"<b>\1</b>", str(html))


def coloured(source):
    """Return code as HTML, for the colours of the site."""
    return highlight(dedent(source), PythonLexer(), FORMATTER)


def pages():
    """Return the pages, {path in the site's folder api: HTML}."""
    every = {name: doc.Module(module) for name, module in modules().items()}
    render.configure(
        docformat="markdown", template_directory=TEMPLATE / "reference", search=False
    )
    render.env.loader.searchpath.append(str(TEMPLATE))
    style = (HERE / "style.css").read_text("utf-8")
    style += (TEMPLATE / "reference" / "reference.css").read_text("utf-8")
    style += FORMATTER.get_style_defs(".highlight")
    render.env.globals |= {
        "style": style,
        "script": (HERE / "page.js").read_text("utf-8"),
        "public": public,
        "answered": answered,
        "arguments": arguments,
        "coloured": coloured,
    }
    return {"index.html": render.html_index(every)} | {
        f"{name.replace('.', '/')}.html": render.html_module(page, every)
        for name, page in every.items()
    }
