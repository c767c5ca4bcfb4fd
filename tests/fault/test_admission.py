"""An issue so large that it is admitted in many turns of the loop: kill -9 in the midst of it, and what
becomes of another issue meanwhile."""
import time

from count import Count, queue_faults
from office import Office, until
from sink import Sink

LARGE = 60_000      # recipients: some dozen turns
KILLS = 3
ADMITTING = "SELECT last - first + 1 FROM issue WHERE state = 0"


def is_admitting(office):
    return bool(office.query(ADMITTING))


def is_accepted(office, key):
    return bool(office.query("SELECT 1 FROM issue WHERE key = ? AND state <> 0", key))


def is_part_of_it_in(office):
    return bool(office.query("SELECT 1 FROM issue JOIN delivery ON delivery.id = first WHERE issue.state = 0"))


def test_kill_in_the_midst_of_an_admission(closing, result):
    office = closing(Office(closing(Sink()), LARGE, lot=1000))
    office.start()
    key = office.drop()
    for _ in range(KILLS):
        seen = until(lambda: is_part_of_it_in(office) or is_accepted(office, key), 120, 0.001)
        assert seen, office.tail()
        if is_accepted(office, key):
            break                       # the machine was quicker than this look
        office.kill_all()
        office.start()
    assert office.wait(180), office.tail()
    count = Count(office)
    result("kill -9 in the midst of an admission", len(office.kills), count.lost, count.duplicated,
           count.transactions, count.bound)
    assert office.kills
    assert office.end() == 0
    assert not count.fault() and count.duplicated == 0
    assert not queue_faults(office)
    assert not list((office.home / "weekly/outbox").iterdir())
    rows = (office.home / f"weekly/sent/{key}/report.csv").read_text().splitlines()
    assert len(rows) == 1 + LARGE       # written in many turns too


def add_few(office, count):
    rows = "".join(f"few{i}@example.org,收件人\n" for i in range(count))
    (office.home / "groups.d/few.csv").write_text("邮箱,姓名\n" + rows)
    (office.home / "groups.d/few.conf").write_text('name = "少数"; lists = [ "few.csv" ];\n')


def limit_rate(office, rate):
    text = office.config.read_text()
    office.config.write_text(text.replace("connections =", f'rate = "{rate}"; connections ='))


def sent_of(office, key):
    rows = office.query("SELECT sent FROM issue WHERE key = ?", key)
    return rows[0][0] if rows else 0


def test_another_issue_goes_out_meanwhile(closing):
    """At a rate, so that it is still being sent when the large one comes."""
    office = closing(Office(closing(Sink()), LARGE, personal="true"))
    add_few(office, 6000)
    limit_rate(office, "6000/min")
    office.start()
    small = office.drop(distribution="少数")
    assert until(lambda: sent_of(office, small), 60), office.tail()
    large = office.drop()
    assert until(lambda: is_admitting(office), 120, 0.001), office.tail()
    before = after = sent_of(office, small)
    while is_admitting(office):
        after = sent_of(office, small)
        time.sleep(0.005)
    assert after > before, f"{before} before, {after} after\n{office.tail()}"
    assert until(lambda: is_accepted(office, large), 10)
    assert office.end() == 0
    assert not queue_faults(office)
