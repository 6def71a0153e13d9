"""Execute the lessons and write them as a site, beside the reference: make site."""

import re
import time
from pathlib import Path

import nbformat

from course_lib.explorers import LatentPlane
from course_lib.teaching import lessons
from course_lib.teaching.lessons import GLOSSARY
from course_lib.teaching.publish import reference
from course_lib.teaching.publish.binder import binder_link
from course_lib.teaching.publish.pages import SiteExporter, execute

REFERENCE = "api/index.html"
LARGEST = 3_000_000  # bytes a page


def front(readme):
    """Return the index as a notebook: the README's start, an explorer, the lessons."""
    text = readme.read_text("utf-8")
    start = text.split("\n## ")[0]
    table = re.search(r"^## Lessons\n.*?(?=^## |\Z)", text, re.M | re.S)
    if not table:
        raise ValueError(f"readme: {readme} has no section ## Lessons")
    plane = nbformat.v4.new_output(
        "display_data", data={"text/html": LatentPlane()._repr_html_()}
    )
    return nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell(start),
            nbformat.v4.new_markdown_cell(f"{table[0]}\n\n{LOOK_UP}"),
            nbformat.v4.new_markdown_cell(TRY),
            nbformat.v4.new_code_cell(
                outputs=[plane], metadata={"transient": {"remove_source": True}}
            ),
        ]
    )


TRY = """## Try one

This is the first lesson's explorer. A point on the plane is two numbers; beside it
stands what a small network draws from them. Drag over the plane, or go to it with Tab
and use the arrow keys."""


LOOK_UP = f"""The [reference]({REFERENCE}) lists every function of the package that the
lessons use: what it takes, what it returns, and where its formula comes from."""


def on_binder(path):
    """Return the address of a lesson on Binder, empty without a public repository."""
    try:
        return binder_link(path)
    except ValueError:
        return ""


def turns(pages, page):
    """Return the links to the pages before and after one, {"prev": …, "next": …}."""
    pages = sorted(pages)
    here = pages.index(page)
    near = {"prev": pages[here - 1 : here], "next": pages[here + 1 : here + 2]}
    return {
        way: {"href": found[0], "text": _short(found[0])}
        for way, found in near.items()
        if found
    }


def _short(page):
    stem = Path(page).stem
    return f"Lesson {stem[:2]}" if stem[0].isdigit() else stem.capitalize()


def build(paths, out):
    """Execute lessons and write their pages, the index and the reference to out.

    Raises ValueError for a page that is too large or a formula that is none.
    """
    out.mkdir(parents=True, exist_ok=True)
    there = {path.name for path in out.glob("[0-9][0-9]_*.html")}
    pages = there | {path.with_suffix(".html").name for path in [*paths, GLOSSARY]}
    exporter = SiteExporter(pages=pages | {REFERENCE})
    for path in paths:
        start = time.monotonic()
        name = path.with_suffix(".html").name
        print(f"{path.name}: executing …", flush=True)
        try:
            page = exporter.page(
                execute(nbformat.read(path, as_version=4), path.parent),
                folder=path.parent,
                turn=turns(pages, name),
                binder=on_binder(path),
                api=REFERENCE,
            )
        except ValueError as error:
            raise ValueError(f"{path.name}: {error}") from None
        _said(name, write(out / name, page), f"{time.monotonic() - start:.0f} s")
    glossary = nbformat.read(GLOSSARY, as_version=4)
    page = exporter.page(glossary, folder=GLOSSARY.parent, api=REFERENCE)
    name = GLOSSARY.with_suffix(".html").name
    _said(name, write(out / name, page))
    start = front(lessons.ROOT / "README.md")
    index = exporter.page(start, folder=lessons.ROOT, home=False, api=REFERENCE)
    _said("index.html", write(out / "index.html", index))
    sizes = [write(out / "api" / n, p) for n, p in reference.pages().items()]
    print(f"api/: {len(sizes)} pages, {sum(sizes) / 1e6:.2f} MB")


def write(path, page):
    """Write a page, whole or not at all; return its size in bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = page.encode()
    if (size := len(content)) >= LARGEST:
        raise ValueError(f"{path.name}: {size:,} bytes, wanted under {LARGEST:,}")
    new = path.with_suffix(".new")
    new.write_bytes(content)
    new.replace(path)
    return size


def _said(name, size, *remarks):
    print(", ".join([f"{name}: {size / 1e6:.2f} MB", *remarks]), flush=True)


def main(words, out=None):
    """Build the lessons that words name, all without any, to a folder, or to site/."""
    out = out or lessons.ROOT / "site"
    build(lessons.named(words), out)
    print(f"open {out / 'index.html'}")
