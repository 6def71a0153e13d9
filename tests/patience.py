"""For pytest -p: nbval waits a minute for what a cell shows, not 5 s.

On a busy machine a cell's outputs may come that long after its end.
"""


def pytest_collection_modifyitems(items):
    for item in items:
        assert item.output_timeout == 5  # else nbval has an option by now
        item.output_timeout = 60
