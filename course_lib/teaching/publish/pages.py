"""Write a notebook as a page: for the site, the handouts and the answers.

The pages are nbconvert's, in a template of ours, and load nothing: explorers carry
their networks, and formulas are MathML.
"""

import base64
import io
import os
import re
from pathlib import Path

from bs4 import BeautifulSoup
from jinja2 import pass_context
from jupyterlab_pygments import JupyterStyle
from math_core import LatexError, LatexToMathML
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import CellExecutionError, ExecutePreprocessor
from PIL import Image
from pygments.formatters import HtmlFormatter
from traitlets import Set

HERE = Path(__file__).resolve().parent
SECONDS = 600  # for one cell, on a busy machine
COURSE = "Autoencoders: a course"
WIDGET = "application/vnd.jupyter.widget-view+json"
# Formulas, and the code that dollars may stand in.
FORMULA = re.compile(r"```.*?```|`[^`\n]+`|\$\$.*?\$\$|\$[^$]+\$", re.DOTALL)
PNG = re.compile(r"data:image/png;base64,([\w+/=\s]+)")
MATHML = LatexToMathML(fancy_error=False)


def mathml(tex, *, block=False):
    """Return a formula as MathML; raise ValueError on TeX that cannot be converted."""
    try:
        return MATHML.convert_with_local_state(tex.strip(), displaystyle=block)
    except LatexError as error:
        raise ValueError(f"formula: cannot convert {tex.strip()!r}: {error}") from None


class Renderer(IPythonRenderer):
    """nbconvert's Markdown, with links between pages and formulas as MathML."""

    def __init__(self, *, pages=(), repository="", **options):
        super().__init__(escape=False, **options)
        self.pages, self.repository = pages, repository

    def link(self, text, url, title=None):
        """Lead to a page of the site, or to the repository; else be plain text."""
        if re.match(r"[a-z]+:|#", url):
            return super().link(text, url, title)
        path, _, place = url.partition("#")
        page = Path(path).with_suffix(".html").name
        if path in self.pages:
            return super().link(text, url, title)
        if path.endswith(".ipynb") and page in self.pages:
            return super().link(text, page + (f"#{place}" if place else ""), title)
        if self.repository:
            file = re.sub(r"^(\.\./)+", "", path)
            return super().link(text, f"{self.repository}/blob/HEAD/{file}", title)
        return text

    def inline_math(self, body):
        """Return a formula in a line of text."""
        return f'<span class="inline">{mathml(body)}</span>'

    def block_math(self, body):
        """Return a formula on a line of its own."""
        return f'<span class="formula">{mathml(body, block=True)}</span>'

    def latex_environment(self, name, body):
        """Return a formula that is written as an environment, such as align."""
        return self.block_math(f"\\begin{{{name}}}{body}\\end{{{name}}}")

    def _html_embed_images(self, html):
        """Leave HTML without pictures alone: an unclosed <details> would be closed."""
        return super()._html_embed_images(html) if "<img" in html else html

    def table(self, text):
        """Return a table in a box that scrolls where the window is too narrow."""
        return f'<div class="scroll"><table>\n{text}</table></div>\n'


def _on_one_line(markdown):
    """Join each formula's lines: one that starts with + would open a list."""
    return FORMULA.sub(
        lambda m: m[0] if m[0][0] == "`" else " ".join(m[0].split()), markdown
    )


class SiteExporter(HTMLExporter):
    """nbconvert's exporter to HTML, with our template and our Markdown."""

    pages = Set(help="The names of the site's pages, which links may lead to.")
    repository = os.environ.get("COURSE_REPOSITORY", "").rstrip("/")

    def __init__(self, **options):
        super().__init__(
            template_name=HERE.name + "/template",
            extra_template_basedirs=[str(HERE.parent)],
            exclude_input_prompt=True,
            exclude_output_prompt=True,
            embed_images=True,
            **options,
        )

    def to_html(self, markdown, path=""):
        """Return Markdown as HTML. path: the folder that its pictures lie in."""
        renderer = Renderer(
            pages=self.pages,
            repository=self.repository,
            embed_images=True,
            path=path,
            anchor_link_text="¶",
        )
        return MarkdownWithMath(renderer=renderer).render(_on_one_line(markdown))

    @pass_context
    def markdown2html(self, context, source):
        """Return a Markdown cell as HTML: what nbconvert's templates call."""
        return self.to_html(source, context["resources"]["metadata"]["path"])

    def page(self, notebook, *, folder, turn=None, binder="", home=True, api=""):
        """Return an executed notebook as a page.

        folder: what its pictures' addresses start from. turn: {"prev" or "next":
        {"href", "text"}}. binder: the address that runs it. home: whether to link to
        the index. api: the address of the reference.
        """
        page = about(notebook, self.to_html)
        page |= {"turn": turn or {}, "binder": binder, "home": home, "reference": api}
        page["repository"] = self.repository
        if home:
            page["title"] += f" – {COURSE}"
        page["style"] = (HERE / "style.css").read_text("utf-8")
        page["style"] += HtmlFormatter(style=JupyterStyle).get_style_defs(".highlight")
        page["script"] = (HERE / "page.js").read_text("utf-8")
        resources = {"metadata": {"path": str(folder)}, "page": page}
        html = self.from_notebook_node(without_widgets(notebook), resources)[0]
        return PNG.sub(lambda found: as_webp(found[1]), html)


def as_webp(png):
    """Return a PNG, in base64, as the address of a WebP: less than half, no loss."""
    content = io.BytesIO()
    with Image.open(io.BytesIO(base64.b64decode(png))) as picture:
        picture.save(content, "WEBP", lossless=True)
    return f"data:image/webp;base64,{base64.b64encode(content.getvalue()).decode()}"


def about(notebook, to_html):
    """Return a notebook's title, description (its first bold words) and sections."""
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    soup = BeautifulSoup("".join(map(to_html, cells)), "html.parser")
    for anchor in soup.select(".anchor-link"):
        anchor.decompose()
    heading, bold = soup.find("h1"), soup.find("strong") or soup.find("p")
    if not heading or not bold:
        raise ValueError("notebook: wanted a title (# …) and a question in bold")
    return {
        "title": heading.get_text(),
        "description": " ".join(bold.get_text().split()),
        "sections": [
            {"id": h2["id"], "text": h2.get_text()} for h2 in soup.find_all("h2")
        ],
    }


def without_widgets(notebook):
    """Return a notebook less what only a kernel keeps alive, such as progress bars.

    An explorer's output holds its page beside the widget, and stays.
    """
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [o for o in cell.outputs if not _needs_kernel(o)]
    return notebook


def _needs_kernel(output):
    data = output.get("data", {})
    return data.pop(WIDGET, None) is not None and "text/html" not in data


def execute(notebook, folder):
    """Return a notebook with its outputs, run in a folder as a student runs it.

    Raises ValueError with the words of a cell that stops.
    """
    # With the widgets' state nbconvert prefers the widgets, which need a kernel.
    run = ExecutePreprocessor(timeout=SECONDS, store_widget_state=False)
    try:
        run.preprocess(notebook, {"metadata": {"path": str(folder)}})
    except CellExecutionError as error:
        raise ValueError(str(error)) from None
    return notebook
