"""The wall clock jumps by a day, forwards and back, while an issue is under way."""
import pytest

from count import Count, queue_faults
from office import EDITOR, Office, until
from shim import Plan
from sink import Sink

DAY = 86400


@pytest.mark.parametrize("jump", [DAY, -DAY], ids=["forwards", "back"])
def test_clock_jumps_while_an_issue_is_under_way(jump, tmp_path, closing, result):
    """A third of the recipients is deferred: their next attempts are times of the wall clock."""
    asked = set()

    def refusal(address):
        first = address not in asked
        asked.add(address)
        return "451 4.7.1 later" if first and address != EDITOR and int(address[1:6]) % 3 == 0 else None

    plan = closing(Plan(tmp_path / "plan"))
    sink = closing(Sink(delay=(0.005, 0.01), refusal=refusal))
    office = closing(Office(sink, 600, connections=2, lot=5, give_up_after="5d", delays='"2s"'))
    office.start(**plan.environment(office.home))
    office.drop()
    assert until(lambda: len(sink.copies) > 20, 20)
    plan.set(clock_off=jump)
    assert office.wait(40), office.tail()
    count = Count(office)
    assert (count.lost, count.duplicated) == (0, 0)
    assert not queue_faults(office)
    office.drop()
    plan.set(clock_off=0)
    assert office.wait(40), office.tail()
    count = Count(office)
    assert (count.lost, count.duplicated) == (0, 0)
    assert office.end() == 0
    assert not queue_faults(office)
    result(f"the clock jumps a day {'forwards' if jump > 0 else 'back'}, and home again", 1, count.lost)
