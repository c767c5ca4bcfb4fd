"""A real Postfix as the relay."""
import csv
import tempfile

import pytest

import office as of
import postfix
from office import Office, REAL_ISSUE, SHIPPED_GROUPS, bulletin, copies, people

pytestmark = pytest.mark.skipif(postfix.why_not() is not None, reason=str(postfix.why_not()))


@pytest.fixture
def relay():
    started = []
    # Not in tmp_path: each session of pytest takes away again what lets Postfix's user get there.
    with tempfile.TemporaryDirectory(prefix="fensong-postfix-") as home:
        def start(recipients=None, more=""):
            started.append(postfix.Postfix(f"{home}/relay{len(started)}", recipients, more).start())
            return started[-1]

        yield start
        for one in started:
            one.stop()


def test_the_real_issue(relay, open_office):
    one = relay()
    office = open_office([{"port": one.port, "connections": 4}], groups=SHIPPED_GROUPS)
    office.does("preview", REAL_ISSUE, "-o", office.home / "parcel")
    text = (office.home / "parcel" / "recipients.csv").read_text("utf-8-sig")
    expected = sorted(row["address"] for row in csv.DictReader(text.splitlines()))
    issue = office.send(REAL_ISSUE.read_bytes())
    assert (issue["state"], issue["sent"]) == ("sent", len(expected))
    office.until(lambda: len(copies(one)) >= len(expected), "Postfix delivers")
    assert copies(one) == expected
    message = of.issues(one)[0]
    assert message["Subject"] == "科协每周动态 2023年第25期（总第78期）"
    assert not message.defects and "密云区召开科普工作联席会" in of.text_of(message)


def test_who_is_not_there_fails_alone(relay, open_office):
    readers = people(50)
    one = relay(recipients=[r for r in readers if r != readers[9]] + [of.EDITOR])
    office = open_office([one], readers)
    issue = office.send()
    assert (issue["state"], issue["sent"], issue["failed"]) == ("finished", 49, 1)
    row = office.recipients()[readers[9]]
    assert (row["state"], row["code"], row["enhanced"]) == ("failed", 550, "5.1.1")
    assert "不存在" in row["reason"]
    office.until(lambda: len(copies(one)) >= 49, "Postfix delivers")
    assert copies(one) == sorted(set(readers) - {readers[9]})


def test_relaying_denied(relay, open_office):
    one = relay(more="mynetworks = 192.0.2.0/24")
    readers = people(20, domain="elsewhere.example")
    office = open_office([one], readers)
    office.drop("25.md", bulletin())
    issue = office.reaches("held")
    assert (issue["why"], issue["failed"], issue["sent"]) == ("relay", 0, 0)


def test_too_many_recipients(relay, open_office):
    readers = people(60)
    one = relay(more="smtpd_recipient_limit = 20")
    office = open_office([one], readers)
    assert office.send()["state"] == "sent"
    office.until(lambda: len(copies(one)) >= 60, "Postfix delivers")
    assert copies(one) == sorted(readers)


def test_too_large_a_message_holds_the_issue(relay, open_office):
    one = relay(more="message_size_limit = 4000")
    office = open_office([one], people(10))
    office.drop("25.md", bulletin())
    issue = office.reaches("held")
    assert issue["why"] == "relay" and issue["failed"] == 0


def test_personal_messages(relay, open_office):
    readers = people(30)
    one = relay()
    office = open_office([{"port": one.port, "connections": 4}], readers, publication={"personal": True})
    assert office.send()["state"] == "sent"
    office.until(lambda: len(copies(one)) >= 30, "Postfix delivers")
    assert copies(one) == sorted(readers)
    for recipient, octets in one.got:
        message = of.parse(octets)
        assert message["Auto-Submitted"] or [a.addr_spec for a in message["To"].addresses] == [recipient]


def test_postfix_restarts_meanwhile(relay, open_office):
    readers = people(200)
    one = relay()
    office = open_office([{"port": one.port, "connections": 1, "recipients_per_message": 5}], readers)
    office.drop("25.md", bulletin())
    office.until(lambda: (i := office.issue()) and i["sent"] > 10, "it is in the middle")
    one.stop()
    one.start()
    issue = office.end()
    assert (issue["state"], issue["sent"], issue["failed"]) == ("sent", 200, 0)
    office.until(lambda: len(set(copies(one))) == 200, "Postfix delivers")
    assert set(copies(one)) == set(readers)
    assert len(copies(one)) <= 205, "twice at most what was in flight"
