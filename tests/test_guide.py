"""The instructors' guide: its examples run, and what it names is there."""

import re

import guide
import pytest

from course_lib import checks
from course_lib.teaching.lessons import ROOT, cells, exercises, paths

PATHS = paths()[:8]  # a lesson that somebody adds needs no section
NUMBER = re.compile(r"\d+(?:[.,]\d+)+|\d+(?= ?%)|\d{3,}")
MISTAKE = re.compile(r"(?<!\*)\*([^*]+)\*(?!\*)")
DOCUMENTS = ("docs/INSTRUCTORS.md", "README.md", "CONTRIBUTING.md", "docs/DEPLOY.md")
lesson = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def section(path):
    """Return the guide's section on a lesson."""
    pattern = rf"^### {path.stem[:2]} · .*?(?=^##)"
    return re.search(pattern, guide.PAGE, re.MULTILINE | re.DOTALL)[0]


def rows(text):
    """Return what a section's tables name, [(exercise, mistake), ...]."""
    found = []
    for line in text.splitlines():
        parts = [part.strip() for part in line.strip("|").split(" | ")]
        if len(parts) == 4 and re.fullmatch(r"`[a-z-]+`", parts[1]):
            mistakes = MISTAKE.findall(parts[2])
            assert mistakes, line
            found += [(parts[1].strip("`"), mistake) for mistake in mistakes]
    return found


def quoted(text):
    """Return the headings that a text quotes."""
    return re.findall(r"“([^”]+)”", " ".join(text.split()))


def headings(path):
    source = "\n".join(cell["source"] for cell in cells(path, "markdown"))
    return set(re.findall(r"^#+ (.+)$", source, re.MULTILINE))


def words(path):
    """Return all that a lesson says, its texts and its code."""
    return "\n".join(cell["source"] for cell in cells(path))


@lesson
def test_every_lesson_has_its_section(path):
    title = cells(path)[0]["source"].splitlines()[0].removeprefix("# ")
    assert section(path).startswith(f"### {title}\n")
    for part in ("Goals", "In class", "Stop and ask", "To discuss", "Where they"):
        assert f"\n**{part}" in section(path), part


@lesson
def test_the_mistakes_that_it_names_are_those_of_the_checks(path):
    named = rows(section(path))  # of exercises that were seen to go wrong in class
    assert {name for name, _ in named} <= set(exercises(path))
    assert named
    for name, mistake in named:
        known = {known.name for known in checks.EXERCISES[name].mistakes}
        assert mistake in known, f"{name}: {mistake}"


def test_no_mistake_is_named_outside_of_the_lessons_sections():
    inside = sum(len(rows(section(path))) for path in PATHS)
    assert len(rows(guide.PAGE)) == inside


@lesson
def test_it_stops_at_headings_that_are_there(path):
    assert quoted(section(path))
    assert set(quoted(section(path))) <= headings(path)


def test_its_plans_name_headings_that_are_there():
    known = set().union(*map(headings, PATHS))
    assert set(quoted(guide.PAGE)) <= known


@lesson
def test_its_figures_are_those_of_the_lesson(path):
    said = set(NUMBER.findall(words(path)))
    for number in NUMBER.findall(section(path)):
        assert number in said, number


def test_a_session_of_its_plans_takes_ninety_minutes():
    plans = guide.PAGE.split("### One session")
    for line in plans[0].splitlines():
        parts = line.split(" | ")
        if line.startswith("| ") and len(parts) == 7 and "Explorer" not in parts:
            minutes = [int(re.match(r"\d+", part)[0]) for part in parts[2:6]]
            assert sum(minutes) == 90, line
    blocks = re.findall(r"^\| (\d+) \| [ERD]\w+ \|", plans[1], re.MULTILINE)
    assert sum(map(int, blocks)) == 90


def anchors(document):
    """Return the anchors of a page's headings, as GitHub makes them."""
    text = (ROOT / document).read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_its_links_lead_somewhere(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)\s]+)\)", text)
    assert links
    for link in links:
        file, _, anchor = link.partition("#")
        if link.startswith("http"):
            continue
        target = (ROOT / document).parent / file if file else ROOT / document
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target.relative_to(ROOT)), link


def test_the_readme_and_contributing_point_to_it():
    for document in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / document).read_text(encoding="utf-8")
        assert "(docs/INSTRUCTORS.md" in text


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A copy of the package with the page's examples in it."""
    return guide.extended(tmp_path_factory.mktemp("extended"))


@pytest.fixture(scope="module")
def letters(folder):
    """Two classes of ten small pictures, in a folder as the page wants it."""
    source = (
        "import numpy as np\n"
        "from pathlib import Path\n"
        "from PIL import Image\n"
        "random = np.random.default_rng(0)\n"
        "for name in 'ab':\n"
        "    Path('letters', name).mkdir(parents=True)\n"
        "    for i in range(10):\n"
        "        grey = random.integers(0, 256, (40, 40)).astype('uint8')\n"
        "        Image.fromarray(grey).save(f'letters/{name}/{i:02}.png')\n"
    )
    guide.run(folder, source)
    return folder


class TestExamples:
    """The page's blocks, written into a copy of the package."""

    def test_the_page_has_them(self):
        files = {*guide.blocks("python"), *guide.blocks("js"), *guide.blocks("diff")}
        assert {"the attempt", "In a notebook", guide.OWN_MODEL} <= files
        for part in (
            "data/pictures.py",
            "data/__init__.py",
            "checks/exercises/cosine_similarity.py",
        ):
            assert f"course_lib/{part}" in files
        for part in ("blend.py", "static/blend.js", "__init__.py"):
            assert f"course_lib/explorers/{part}" in files

    def test_they_keep_the_rules_of_the_house(self, folder):
        rules = "arrows_between or short_and_says"
        layout = str(ROOT / "tests/test_layout.py")
        said = guide.run(folder, "", "-m", "pytest", layout, "-k", rules)
        assert " passed" in said
        config = ("--config", str(ROOT / "pyproject.toml"))
        for command in (["check"], ["format", "--check"]):
            guide.run(folder, "", "-m", "ruff", *command, "course_lib", *config)

    def test_the_check_passes_a_right_answer_and_names_each_mistake(self, folder):
        source = (
            "from course_lib import checks\n"
            "import torch\n"
            "exercise = checks.cosine_similarity\n"
            "assert checks.EXERCISES['cosine-similarity'] is exercise\n"
            "right = lambda a, b: torch.cosine_similarity(a, b, dim=1)\n"
            "assert len(exercise.mistakes) >= 4\n"
            "for seed in range(5):\n"
            "    assert exercise(right, seed=seed).passed\n"
            "    for m in exercise.mistakes:\n"
            "        assert exercise(m.function, seed=seed).mistake == m.name\n"
        )
        attempt = guide.blocks("python")["the attempt"].replace(
            "checks.cosine", "print(checks.cosine"
        )
        said = guide.run(folder, source + attempt.rstrip() + ")\n")
        assert said == 'Exercise "cosine-similarity": not attempted yet.\n'

    def test_the_data_set_is_built_in_a_notebook_and_trained_on(self, letters):
        source = (
            "from course_lib import losses, models, training\n"
            "assert (len(dataset.train), len(dataset.test)) == (16, 4)\n"
            "assert dataset.train.images.shape == (16, 1, 28, 28)\n"
            "assert dataset.train.labels.tolist() == [0] * 8 + [1] * 8\n"
            "assert dataset.classes == ('a', 'b')\n"
            "def loss(model, x):\n"
            "    return losses.reconstruction_loss(model(x), x, 'mse')\n"
            "model = models.Autoencoder(hidden_dim=8, latent_dim=2)\n"
            "history = training.fit(\n"
            "    model, dataset.train.images, loss, epochs=1, progress=False\n"
            ")\n"
            "assert history['loss'][0] > 0\n"
        )
        said = guide.run(letters, guide.blocks("python")["In a notebook"] + source)
        assert said == "letters, 16 training and 4 test images, scanned by us\n"

    def test_the_data_set_is_loaded_by_its_name(self, letters):
        source = (
            "from course_lib import data\n"
            "dataset = data.load('letters', root='.')\n"
            "assert (len(dataset.train), len(dataset.test)) == (16, 4)\n"
            "assert dataset.train.images.dtype is dataset.test.images.dtype\n"
            "other = data.load('letters', root='course_lib', fallback='digits')\n"
            "assert other.name == 'digits'\n"
        )
        said = guide.run(letters, source)
        assert "letters could not be had" in said

    def test_a_model_of_ones_own_is_live_while_it_trains(self, folder):
        source = (
            "assert plane.problem == plane.hint == ''\n"
            "assert plane.data['picture'] == (3, 28, 28) and plane.data['prior']\n"
            "assert all('layers' in spec for spec in plane.networks.values())\n"
            "print(len(seen), len(set(seen)))\n"
        )
        watch = (
            "seen = []\n"
            "plane.observe(lambda change: seen.append(str(change.new)), 'networks')\n"
            "display(plane)\n"
        )
        example = guide.own_model(epochs=2).replace("display(plane)\n", watch)
        said = guide.run(folder, example + source)
        assert said.splitlines()[-1] == "2 2"  # new weights after each epoch

    def test_the_explorer_is_a_page_that_holds_its_script(self, folder):
        source = (
            "from course_lib import checkpoints, explorers, models\n"
            "blend = explorers.Blend()\n"
            "assert blend.problem == '' and blend.share == 0.5\n"
            "assert blend.still.shape == (10, 1, 28, 28)\n"
            "assert 'layers' in blend.networks['decode']\n"
            "images = checkpoints.examples().images[:2]\n"
            "small = models.Autoencoder(hidden_dim=8, latent_dim=3)\n"
            "assert explorers.Blend(small, images=images).problem == ''\n"
            "page = blend.to_html()\n"
            "assert blend.heading in page and 'pixels mixed' in page\n"
            "assert len(page) < 1.8e6 and '://' not in page.replace(\n"
            "    'http://www.w3.org', '')\n"
        )
        guide.run(folder, source)
