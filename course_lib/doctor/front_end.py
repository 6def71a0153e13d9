"""Can JupyterLab show the explorers: has it the widgets' extensions?"""

import os
import re
import sys
from pathlib import Path

from course_lib.doctor.findings import Trouble, quoted, set_up

EXTENSIONS = ("@jupyter-widgets/jupyterlab-manager", "anywidget")
SERVER = re.compile(r"(jupyter-?(lab|labhub|notebook|server)|jupyterhub-singleuser)\b")


def check_widgets():
    """JupyterLab can show the widgets: its extension is in its environment."""
    missing = _missing(Path(sys.prefix))
    if missing:
        remedy = set_up("--force-reinstall", "ipywidgets", "anywidget")
        raise Trouble(f"JupyterLab's extension {', '.join(missing)} is missing", remedy)
    server = _server()
    missing = _missing(server) if server else []
    if missing:
        scripts = Path(sys.prefix, "Scripts" if os.name == "nt" else "bin")
        raise Trouble(
            f"JupyterLab runs in {server}, which lacks {', '.join(missing)}, and this "
            f'notebook in {sys.prefix}: explorers are "Error displaying widget"',
            f"Start it by `{quoted(scripts / 'jupyter', 'lab')}`, or install ipywidgets"
            f" and anywidget into {server} as well, and load the page anew.",
        )
    return "JupyterLab's widget extensions found"


def _missing(prefix):
    """Return the extensions that a JupyterLab in this environment does not find."""
    folders = [prefix / "share/jupyter/labextensions"]
    if prefix != Path(sys.prefix):  # it also looks where all environments do
        from jupyter_core import paths

        shared = [*paths.SYSTEM_JUPYTER_PATH, paths.jupyter_data_dir()]
        folders += [Path(place, "labextensions") for place in shared]
    return [
        name
        for name in EXTENSIONS
        if not any((folder / name).is_dir() for folder in folders)
    ]


def _server():
    """Return the environment of the server that this kernel belongs to, or None."""
    if "JPY_PARENT_PID" not in os.environ:
        return None  # no kernel
    import psutil  # comes with every kernel

    for process in psutil.Process().parents()[:3]:
        try:
            words = process.cmdline()
        except psutil.Error:
            continue
        if words and SERVER.search(" ".join(words[:4])):
            script = next((w for w in words[1:4] if SERVER.search(w)), "")
            path = Path(script if os.path.isabs(script) else words[0])
            # A server of this environment may be started by the Python it is made of.
            return path.parents[1] if path.is_absolute() else None
    return None
