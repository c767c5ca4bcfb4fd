import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))


@pytest.fixture
def say(capsys):
    """Prints past pytest's capture: the figures are wanted of a run that passes, too."""
    def print_through(text):
        with capsys.disabled():
            print(f"\n{text}", flush=True)
    return print_through


@pytest.fixture
def closing(request):
    """Closes what is handed to it when the test is over, the last first."""
    def take(thing):
        request.addfinalizer(thing.close)
        return thing
    return take
