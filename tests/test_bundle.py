"""The joiner of the explorers' JavaScript: what it follows, and what it refuses."""

import pytest

from course_lib.explorers import base, bundle

CORE = sorted((base.STATIC / "core").glob("*.js"))


@pytest.fixture
def joined(tmp_path):
    """A function that writes files, {name: source}, and joins them from the first."""

    def join(**sources):
        paths = [tmp_path / f"{n.replace('__', '/')}.js" for n in sources]
        for path, source in zip(paths, sources.values(), strict=True):
            path.parent.mkdir(exist_ok=True)
            path.write_text(source, encoding="utf-8")
        return bundle.join(paths[0])

    return join


def test_each_file_comes_once_after_what_it_imports(joined):
    source = joined(
        top='// Top.\nimport { a } from "./core/a.js";\nimport {\n  b,\n  $c2,\n} from '
        '"./core/b.js";\na(b, $c2);\nexport default a;\n',
        core__a='import { b } from "./b.js";\nexport const a = () => b;\n',
        core__b="export function b() {}\nexport class $c2 {}\n",
    )
    assert source == (
        "export function b() {}\nexport class $c2 {}\n"
        "export const a = () => b;\n"
        "// Top.\na(b, $c2);\nexport default a;\n"
    )


def test_two_files_may_be_joined_that_import_the_same(tmp_path):
    names = ["one", "two", "both"]
    one, two, both = (tmp_path / f"{name}.js" for name in names)
    both.write_text("export const both = 1;\n")
    one.write_text('import { both } from "./both.js";\nlet one = both;\n')
    two.write_text('import { both } from "./both.js";\nlet two = both;\n')
    wanted = "export const both = 1;\nlet one = both;\nlet two = both;\n"
    assert bundle.join(one, two) == wanted


@pytest.mark.parametrize(
    "statement",
    [
        'import a from "./a.js";',
        'import * as a from "./a.js";',
        'import { a as b } from "./a.js";',
        'import {\n  b,\n  a as c,\n} from "./a.js";',
        'import a, { b } from "./a.js";',
        'import "./a.js";',
        "import { a } from './a.js';",
        'import { a } from "a";',
        'import { a } from "https://example.org/a.js";',
        'import { a } from "./a.js"',
    ],
)
def test_a_form_that_it_does_not_know_is_refused(joined, statement):
    wanted = r"^top\.js: got ['\"]import .*['\"], wanted import \{ a, b \} from"
    with pytest.raises(ValueError, match=wanted):
        joined(top=f"{statement}\nlet x;\n", a="export const [a, b] = [1, 2];\n")


def test_a_file_that_is_not_there_is_named(joined, tmp_path):
    with pytest.raises(ValueError, match=r'^top\.js: imports "\./no\.js", which is no'):
        joined(top='import { a } from "./no.js";\n')
    with pytest.raises(ValueError, match=r"^no\.js: there is no such file in "):
        bundle.join(tmp_path / "no.js")


def test_a_circle_is_named(joined):
    with pytest.raises(ValueError, match=r"in a circle: a\.js → b\.js → a\.js$"):
        joined(
            top='import { a } from "./a.js";\n',
            a='import { b } from "./b.js";\nexport let a;\n',
            b='import { a } from "./a.js";\nexport let b;\n',
        )


@pytest.mark.parametrize("source", ["const a = 1;\n", "export const b = 1;\n"])
def test_a_name_that_is_not_exported_is_refused(joined, source):
    with pytest.raises(ValueError, match=r"^top\.js: a\.js exports no a$"):
        joined(top='import { a } from "./a.js";\n', a=source)


@pytest.mark.parametrize(
    "second",
    [
        "let a;",
        "export const a = 2;",
        "function a() {}",
        "async function a() {}",
        "class a {}",
        "const [b, a] = [1, 2];",
        "const { a } = {};",
    ],
)
def test_a_name_that_two_files_declare_is_refused(joined, second):
    with pytest.raises(ValueError, match=r"^top\.js: a is declared in a\.js as well$"):
        joined(
            top=f'import {{ c }} from "./a.js";\n{second}\n',
            a="const a = 1;\nexport const c = 1;\n",
        )


def test_names_within_functions_are_their_own(joined):
    joined(
        top='import { a } from "./a.js";\nexport function b() {\n  const c = a;\n}\n',
        a="const c = 1;\nexport const a = c;\n",
    )


def test_no_two_of_our_files_declare_the_same_name():
    """Not even where no explorer imports both of them yet."""
    assert len(CORE) > 5
    assert bundle.join(*CORE)
    for path in base.STATIC.glob("*.js"):
        assert bundle.join(*CORE, path).endswith("export default widget;\n")
