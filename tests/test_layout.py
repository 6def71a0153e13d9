"""The rules of the house: sizes, arrows between modules, versions that agree."""

import ast
import re
import subprocess
import tomllib
from importlib import metadata

import pytest

from course_lib.teaching.lessons import ROOT

MODULES = sorted((ROOT / "course_lib").rglob("*.py"))
SCRIPTS = sorted((ROOT / "course_lib").rglob("*.js"))
NAME = re.compile(r"^[A-Za-z0-9_-]+")
# What a module may import of the package, beside the modules of its own folder.
ARROWS = {
    "tokens": set(),
    "data": set(),
    "models": set(),
    "losses": set(),
    "plots": {"tokens"},
    "claims": {"tokens"},
    "noise": set(),
    "gradient_estimators": set(),
    "training": {"data"},
    "metrics": {"losses", "models"},
    "classifier": {"data", "training"},
    "checks": {"data", "models", "losses", "metrics", "tokens", "training"},
    "checkpoints": {"data", "models", "losses", "noise", "training"},
    "explorers": {
        "data",
        "checkpoints",
        "losses",
        "metrics",
        "models",
        "noise",
        "tokens",
    },
    "console": set(),
    "doctor": {"console", "data", "training"},
    "teaching": {
        "checks",
        "checkpoints",
        "claims",
        "data",
        "explorers",
        "losses",
        "tokens",
    },
    "__main__": {"console", "data", "doctor", "checkpoints", "teaching"},
}


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def versions():
    """Return the pinned versions, {name in lower case: version}."""
    lines = [line for line in text("constraints.txt").splitlines() if "==" in line]
    return {
        n.lower().replace("_", "-"): v for n, v in (line.split("==") for line in lines)
    }


def imported(path):
    """Return the names of the package's modules that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "course_lib":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module.startswith("course_lib."):
            found.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import):
            assert not any(a.name.startswith("course_lib") for a in node.names)
    return found


def within(path):
    """Return the names of the modules of its own folder that a file imports."""
    folder = ".".join(path.parent.relative_to(ROOT).parts)
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {
        node.module.removeprefix(f"{folder}.")
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module.startswith(f"{folder}.")
    }


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_is_short_and_says_what_it_is_for(path):
    source = path.read_text(encoding="utf-8")
    assert source.startswith('"""')
    assert len(source.splitlines()) <= 300


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_no_module_imports_an_underscore_name_of_another(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("course_lib"):
            names = [*node.module.split("."), *(alias.name for alias in node.names)]
            assert not [name for name in names if name.startswith("_")]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_is_short_and_says_what_it_is_for(path):
    source = path.read_text(encoding="utf-8")
    assert source.startswith("// ")
    assert len(source.splitlines()) <= 300


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_family_of_models_imports_nothing_but_its_base(path):
    if path.parent.name == "models" and path.stem not in ("__init__", "base"):
        assert within(path) <= {"base"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_arrows_between_modules_run_one_way(path):
    module = path.relative_to(ROOT / "course_lib").with_suffix("").parts[0]
    assert imported(path) - {module} <= ARROWS.get(module, set())


def test_every_dependency_is_pinned_within_its_range():
    project = tomllib.loads(text("pyproject.toml"))["project"]
    pinned = versions()
    extras = project["optional-dependencies"].values()
    for wanted in sum(extras, project["dependencies"]):
        if wanted == "autoencoder-course[kit]":  # the extra test has it too
            continue
        name, sign, version = re.fullmatch(r"([\w-]+)(==|>=)([\d.]+)", wanted).groups()
        have = [int(part) for part in pinned[name.lower()].split(".")]
        low = [int(part) for part in version.split(".")]
        assert have >= low if sign == ">=" else have == low


def test_the_kit_alone_imports_what_the_extra_kit_declares():
    """deptry, in `make lint`, tells the two apart from the extra test alone."""
    extras = tomllib.loads(text("pyproject.toml"))["project"]["optional-dependencies"]
    kit = {NAME.match(wanted)[0].lower() for wanted in extras["kit"]}
    owners = metadata.packages_distributions()
    for path in MODULES:
        if path.relative_to(ROOT / "course_lib").parts[0] == "teaching":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in getattr(node, "names", [])]
            names = [node.module] if isinstance(node, ast.ImportFrom) else names
            for name in names if isinstance(node, ast.Import | ast.ImportFrom) else []:
                found = {one.lower() for one in owners.get(name.split(".")[0], [])}
                assert not found & kit, f"{path}: {name}"


def test_pre_commit_runs_the_same_tools():
    config = text(".pre-commit-config.yaml")
    found = dict(re.findall(r"\[(ruff|oxlint|nbstripout)==([\d.]+)\]", config))
    pinned = versions()
    assert found == {name: pinned[name] for name in ("ruff", "oxlint", "nbstripout")}


def test_conda_and_binder_agree_with_pyproject():
    assert text("environment.yml") == text("binder/environment.yml")
    packages = text("environment.yml").split("dependencies:\n")[1].splitlines()
    pins = [re.fullmatch(r"  - ([\w-]+)=([\d.]+)", line) for line in packages]
    assert all(pins), packages
    conda = dict(pin.groups() for pin in pins)
    names = {"torch": "pytorch-cpu", "matplotlib": "matplotlib-base"}
    project = tomllib.loads(text("pyproject.toml"))["project"]
    pinned = versions()
    wanted = [NAME.match(d)[0].lower() for d in project["dependencies"]]
    others = {"python", "pip", "setuptools"}
    assert conda.keys() - others == {names.get(name, name) for name in wanted}
    for name in wanted:
        assert (pinned[name] + ".").startswith(conda[names.get(name, name)] + ".")


def test_the_citation_has_the_packages_version():
    version = tomllib.loads(text("pyproject.toml"))["project"]["version"]
    assert f"\nversion: {version}\n" in text("CITATION.cff")


def test_a_checkout_on_windows_keeps_line_ends():
    """With autocrlf, a shell or a container could not read what it is to run."""
    if not (ROOT / ".git").exists():
        pytest.skip("no repository: unpacked from a ZIP")
    paths = ["Makefile", ".ci/run", "binder/start", "binder/postBuild"]
    paths += ["deploy/tljh.sh", "notebooks/00_start_here.ipynb", "course_lib/losses.py"]
    asked = ["git", "check-attr", "eol", "--", *paths]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [f"{path}: eol: lf" for path in paths]
