"""What relays do, and what follows from it: the table "Failure sorts" of the architecture."""
import time

import pytest

import office as of
from hostile import Drop, In_turn, refusing_port
from office import bulletin, copies, notices, people, text_of

HUNDRED = people(100)


def taken_without_answer(server, times=None):
    """A step `end`: the server has the mail, and the connection goes before it says so."""
    left = [times]

    def end(session, message):
        if left[0] is not None:
            if left[0] == 0:
                return None
            left[0] -= 1
        server.got.extend((recipient, message) for recipient in session.rcpts)
        return Drop()
    return end


def message_ids(server):
    return {message["Message-ID"] for message in of.issues(server)}


def report_mail(office, server, after=0):
    """The text of the report, once it has come."""
    found = office.until(lambda: notices(server)[after:], "a notice by mail")
    return text_of(found[0][1])


# --- refused ----------------------------------------------------------------------------------------

def test_refused_for_now_then_taken(server, open_office):
    later, never = "451 4.7.1 try again later", HUNDRED[7]
    server.addresses[never] = In_turn(later, later, "250 2.1.5 ok")
    office = open_office([server], HUNDRED)
    issue = office.send()
    assert (issue["state"], issue["sent"]) == ("sent", 100)
    assert copies(server) == sorted(HUNDRED)
    row = office.recipients()[never]
    assert (row["state"], row["attempts"]) == ("sent", 3)


def test_while_it_waits_it_is_deferred_with_the_answer(server, open_office):
    server.addresses[HUNDRED[0]] = "451 4.7.1 greylisted"
    office = open_office([server], HUNDRED, retry={"delays": ["1h"]})
    office.drop("25.md", bulletin())
    issue = office.until(lambda: (i := office.issue()) and i["sent"] == 99 and i, "99 have it")
    assert (issue["state"], issue["deferred"]) == ("sending", 1) and issue["next_attempt_at"]
    row = office.recipients("2023-25", "--state", "deferred")[HUNDRED[0]]
    assert (row["code"], row["enhanced"]) == (451, "4.7.1") and "greylisted" in row["answer"]
    page = office.folder / "sending" / "2023-25" / "status.html"
    office.until(lambda: page.exists() and HUNDRED[0] in page.read_text(), "the status page names it")
    server.addresses.clear()
    office.does("retry", "2023-25", HUNDRED[0])
    assert office.end()["state"] == "sent"
    assert copies(server) == sorted(HUNDRED)


def test_one_in_a_hundred_refused_for_good(server, open_office):
    server.addresses[HUNDRED[41]] = "550 5.1.1 no such user"
    office = open_office([server], HUNDRED)
    issue = office.send()
    assert (issue["state"], issue["sent"], issue["failed"]) == ("finished", 99, 1)
    assert copies(server) == sorted(set(HUNDRED) - {HUNDRED[41]})
    row = office.recipients()[HUNDRED[41]]
    assert (row["state"], row["code"], row["enhanced"], row["attempts"]) == ("failed", 550, "5.1.1", 1)
    text = report_mail(office, server)
    assert HUNDRED[41] in text or "reader042" in text
    assert "邮箱不存在" in text and "no such user" not in text.split("邮箱不存在")[0]
    failed = [row for row in office.report_rows() if HUNDRED[41] in row]
    assert len(failed) == 1 and any("邮箱不存在" in cell for cell in failed[0])
    page = (office.sent_folder() / "report.html").read_text()
    assert "邮箱不存在" in page and HUNDRED[0] not in page


def test_a_rate_limit_in_5xx_clothes_is_for_now(server, open_office):
    limited = In_turn("550 Connection frequency limited. http://service.mail.qq.com", "250 2.1.5 ok")
    server.addresses[HUNDRED[3]] = limited
    office = open_office([server], HUNDRED)
    assert office.send()["state"] == "sent"
    assert office.recipients()[HUNDRED[3]]["attempts"] == 2
    assert copies(server) == sorted(HUNDRED)


def test_given_up_when_too_old(server, open_office):
    server.addresses[HUNDRED[0]] = "450 4.2.1 busy"
    office = open_office([server], HUNDRED[:3], retry={"give_up_after": "4s"})
    issue = office.send()
    assert (issue["state"], issue["sent"], issue["failed"]) == ("finished", 2, 1)
    row = office.recipients()[HUNDRED[0]]
    assert row["state"] == "failed" and row["code"] == 450 and row["attempts"] >= 2
    assert "不再重试" in row["reason"]


# --- connections that are lost ------------------------------------------------------------------------

def test_lost_before_the_data(server, open_office):
    """Surely not sent: due again, without a doubt, a second copy or a counted attempt."""
    server.steps["data"] = In_turn(Drop(), "354 go on")
    office = open_office([server], HUNDRED[:10])
    issue = office.send()
    assert (issue["state"], issue["sent"], issue["unknown"]) == ("sent", 10, 0)
    assert copies(server) == sorted(HUNDRED[:10])
    assert {row["attempts"] for row in office.recipients().values()} == {1}


def test_lost_before_the_end_of_data(server, open_office):
    """The end may be on its way already when the loss is seen: then it is unknown for a while."""
    server.steps["body"] = In_turn(Drop(), lambda *_: None)
    office = open_office([server], HUNDRED[:10])
    issue = office.send()
    assert (issue["state"], issue["sent"], issue["unknown"]) == ("sent", 10, 0)
    assert copies(server) == sorted(HUNDRED[:10])


def test_lost_after_the_end_of_data_is_tried_again_with_the_same_id(server, open_office):
    server.steps["end"] = taken_without_answer(server, times=1)
    office = open_office([server], HUNDRED[:10], retry={"delays": ["3s"]})
    office.drop("25.md", bulletin())
    doubtful = office.until(lambda: (i := office.issue()) and i["unknown"] and i, "some are unknown")
    assert (doubtful["unknown"], doubtful["deferred"], doubtful["failed"]) == (10, 0, 0)
    assert office.end()["state"] == "sent"
    assert copies(server) == sorted(2 * HUNDRED[:10]), "may come twice, as RFC 1047 says"
    assert len(message_ids(server)) == 1


def test_unknown_three_times_waits_for_a_person(server, open_office):
    server.steps["end"] = taken_without_answer(server)
    office = open_office([server], HUNDRED[:3])
    office.drop("25.md", bulletin())
    issue = office.reaches("held")
    assert (issue["why"], issue["unknown"]) == ("unknown", 3)
    assert copies(server) == sorted(4 * HUNDRED[:3]), "once, and three times again"
    assert len(message_ids(server)) == 1


def hold_unknown(server, open_office):
    server.steps["end"] = taken_without_answer(server, times=1)
    office = open_office([server], HUNDRED[:4], retry={"unknown": "hold"})
    office.drop("25.md", bulletin())
    return office, office.reaches("held")


def test_unknown_is_held_settled_and_reported(server, open_office):
    office, issue = hold_unknown(server, open_office)
    assert (issue["why"], issue["unknown"], issue["sent"]) == ("unknown", 4, 0)
    notice = report_mail(office, server)
    assert "settle" in notice and "2023-25" in notice
    first, *others = HUNDRED[:4]
    office.does("settle", "2023-25", first, "--failed")
    assert office.issue()["state"] == "held"
    office.does("settle", "2023-25", *others, "--sent")
    issue = office.end()
    assert (issue["state"], issue["sent"], issue["failed"], issue["unknown"]) == ("finished", 3, 1, 0)
    assert copies(server) == sorted(HUNDRED[:4]), "nothing was sent again"
    states = {row["address"]: row["state"] for row in office.recipients().values()}
    assert states == {first: "failed", **{other: "sent" for other in others}}
    whats = [entry["what"] for entry in office.table("history", "2023-25")["history"]]
    assert any("settled" in what for what in whats)


def test_unknown_is_counted_apart_in_status(server, open_office):
    office, _ = hold_unknown(server, open_office)
    assert "未定" in office.does("status", "2023-25")
    rows = office.recipients("2023-25", "--state", "unknown")
    assert set(rows) == set(HUNDRED[:4])
    assert all(row["reason"] for row in rows.values())


def test_unknown_is_retried_on_a_persons_word(server, open_office):
    office, _ = hold_unknown(server, open_office)
    office.does("retry", "2023-25", HUNDRED[0])
    office.until(lambda: office.issue()["sent"] == 1, "one is sent again")
    office.does("settle", "2023-25", *HUNDRED[1:4], "--sent")
    assert office.end()["state"] == "sent"
    assert copies(server) == sorted(HUNDRED[:4] + HUNDRED[:1])


def test_a_recipient_that_breaks_the_server_goes_alone(server, open_office):
    """The others get theirs; it is tried alone, and waits in between."""
    poison = HUNDRED[5]
    server.addresses[poison] = lambda *_: Drop()
    office = open_office([server], HUNDRED[:20], retry={"delays": ["1s", "2s", "1h"]})
    office.drop("25.md", bulletin())
    office.until(lambda: (i := office.issue()) and i["sent"] == 19, "the others have it")
    row = office.until(lambda: (r := office.recipients()[poison]) and r["attempts"] == 3 and r,
                       "it is tried ever more rarely")
    assert row["state"] == "deferred" and row["next_attempt_at"]
    assert copies(server) == sorted(set(HUNDRED[:20]) - {poison})
    transactions = " ".join(server.commands).split("MAIL FROM")
    with_poison = [t for t in transactions if f"<{poison}>" in t]
    assert with_poison and with_poison[-1].count("RCPT TO") == 1, "alone"
    office.does("cancel", "2023-25")
    assert office.end()["cancelled"] == 1


# --- the relay's or the issue's fault -----------------------------------------------------------------

def test_relaying_denied_fails_nobody(server, open_office):
    server.steps["rcpt"] = lambda _, address: (
        None if address == of.EDITOR else "554 5.7.1 Relay access denied")
    office = open_office([server], HUNDRED)
    office.drop("25.md", bulletin())
    issue = office.reaches("held")
    assert (issue["why"], issue["failed"], issue["sent"], issue["queued"]) == ("relay", 0, 0, 100)
    assert "Relay access denied" in office.does("status", "2023-25")
    notice = report_mail(office, server)
    assert "Relay access denied" in notice and "release" in notice
    asked = sum("RCPT" in command for command in server.commands)
    assert asked < 250, "it is not asked again and again"
    server.steps.clear()
    office.does("release", "2023-25")
    issue = office.end()
    assert (issue["state"], issue["sent"]) == ("sent", 100)
    assert copies(server) == sorted(HUNDRED)


def test_relaying_denied_at_one_goes_over_the_second(start_server, open_office):
    denies, takes = start_server({"rcpt": "554 5.7.1 Relay access denied"}), start_server()
    office = open_office([denies, takes], HUNDRED)
    assert office.send()["state"] == "sent"
    assert copies(takes) == sorted(HUNDRED) and not denies.got
    assert {row["relay"] for row in office.recipients().values()} == {"relay2"}


def test_the_held_notice_goes_over_the_second_relay(start_server, open_office):
    only_editor = {"rcpt": lambda _, address: (
        None if address == of.EDITOR else "554 5.7.1 Relay access denied")}
    first, second = start_server({"rcpt": "554 5.7.1 Relay access denied"}), start_server(only_editor)
    office = open_office([first, second], HUNDRED[:20])
    office.drop("25.md", bulletin())
    assert office.reaches("held")["why"] == "relay"
    office.until(lambda: notices(second), "the notice")
    assert office.issue()["failed"] == 0


@pytest.mark.parametrize("step, answer", [
    ("end", "554 5.7.1 message content denied"),
    ("end", "552 5.3.4 message size exceeds fixed limit"),
    ("mail", "553 5.7.1 sender address rejected"),
    ("data", "554 5.5.0 not you"),
])
def test_the_whole_issue_refused_holds_it(server, open_office, step, answer):
    server.steps[step] = answer
    office = open_office([server], HUNDRED)
    office.drop("25.md", bulletin())
    issue = office.reaches("held")
    assert (issue["why"], issue["failed"], issue["sent"]) == ("relay", 0, 0)
    server.steps.clear()
    office.does("release", "2023-25")
    assert office.end()["sent"] == 100
    assert copies(server) == sorted(HUNDRED)


def test_refused_at_the_end_of_data_goes_over_the_second(start_server, open_office):
    refuses, takes = start_server({"end": "554 5.7.1 spam"}), start_server()
    office = open_office([refuses, takes], HUNDRED)
    assert office.send()["state"] == "sent"
    assert copies(takes) == sorted(HUNDRED)


@pytest.mark.parametrize("answer", ["452 4.5.3 too many recipients", "552 5.5.3 too many recipients"])
def test_too_many_recipients_go_in_smaller_lots(server, open_office, answer):
    server.steps["rcpt"] = lambda session, _: answer if len(session.rcpts) >= 7 else None
    office = open_office([server], HUNDRED)
    assert office.send()["state"] == "sent"
    assert copies(server) == sorted(HUNDRED)
    assert {row["attempts"] for row in office.recipients().values()} == {1}, "no attempt is counted"


# --- the relay is ill ---------------------------------------------------------------------------------

@pytest.mark.parametrize("step, answers", [
    ("greeting", ("554 5.3.2 no service", "554 5.3.2 no service", "220 well again")),
    ("greeting", ("421 4.3.2 too busy", "421 4.3.2 too busy", "220 well again")),
    ("mail", ("421 4.3.2 shutting down", "250 2.1.0 ok")),
    ("ehlo", ("421 4.3.2 shutting down", None)),
])
def test_a_relay_that_is_ill_for_a_while(server, open_office, step, answers):
    turns = list(answers)
    server.steps[step] = lambda *_: turns.pop(0) if len(turns) > 1 else turns[0]
    office = open_office([server], HUNDRED)
    assert office.send()["state"] == "sent"
    assert copies(server) == sorted(HUNDRED)
    assert {row["attempts"] for row in office.recipients().values()} == {1}, "no attempt is counted"


def test_a_relay_that_is_down_for_a_while(start_server, open_office):
    port = refusing_port()
    office = open_office([{"port": port}], HUNDRED)
    office.drop("25.md", bulletin())
    issue = office.reaches("sending")
    time.sleep(2)
    issue = office.issue()
    assert (issue["queued"], issue["failed"], issue["deferred"]) == (100, 0, 0)
    server = start_server(port=port)
    assert office.end()["state"] == "sent"
    assert copies(server) == sorted(HUNDRED)


def test_the_second_relay_takes_over_and_the_first_is_used_again(start_server, open_office):
    port, second = refusing_port(), start_server()
    office = open_office([{"port": port}, second], HUNDRED)
    assert office.send()["state"] == "sent"
    assert copies(second) == sorted(HUNDRED)
    first = start_server(port=port)
    number = 26

    def goes_over_the_first():
        nonlocal number
        office.send(bulletin(number), name=f"{number}.md", key=f"2023-{number}")
        number += 1
        return first.got
    office.until(goes_over_the_first, "the first relay is used again")


# --- personal, limits, many issues --------------------------------------------------------------------

def test_personal_messages(server, open_office):
    readers = people(12)
    office = open_office([server], readers, publication={"personal": True})
    assert office.send()["state"] == "sent"
    assert copies(server) == sorted(readers)
    seen = [(r, of.parse(octets)) for r, octets in server.got if not of.parse(octets)["Auto-Submitted"]]
    assert len({message["Message-ID"] for _, message in seen}) == 12
    for recipient, message in seen:
        assert [a.addr_spec for a in message["To"].addresses] == [recipient]
        assert not message.defects
        assert "密云区召开科普工作联席会" in text_of(message)


def test_a_personal_message_refused_for_its_text_fails_its_recipient_alone(server, open_office):
    readers = people(12)
    server.steps["end"] = lambda session, _: (
        "550 5.7.1 spam" if session.rcpts == [readers[5]] else None)
    office = open_office([{"port": server.port, "connections": 1}], readers,
                         publication={"personal": True})
    issue = office.send()
    assert (issue["state"], issue["sent"], issue["failed"]) == ("finished", 11, 1)
    assert office.recipients()[readers[5]]["state"] == "failed"


def test_all_personal_messages_refused_hold_the_issue(server, open_office):
    server.steps["end"] = lambda session, _: None if session.rcpts == [of.EDITOR] else "550 5.7.1 spam"
    office = open_office([server], HUNDRED, publication={"personal": True})
    office.drop("25.md", bulletin())
    issue = office.reaches("held")
    assert issue["why"] == "relay" and issue["failed"] <= 10


def test_a_rate_limit(server, open_office):
    """10/s: the bucket's first fill is small, so that thirty can't go at once."""
    office = open_office([{"port": server.port, "rate": "10/s"}], HUNDRED[:30])
    assert office.send()["state"] == "sent"
    assert copies(server) == sorted(HUNDRED[:30])
    assert sum(c.startswith("MAIL") for c in server.commands) > 1


def test_two_issues_at_once(server, open_office):
    office = open_office([server], HUNDRED)
    office.drop("25.md", bulletin(25))
    office.drop("26.md", bulletin(26))
    assert [office.end(key)["sent"] for key in ("2023-25", "2023-26")] == [100, 100]
    assert copies(server) == sorted(2 * HUNDRED)
    assert len(message_ids(server)) == 2


def test_one_connection_serves_many_transactions(server, open_office):
    relay = {"port": server.port, "connections": 1, "recipients_per_message": 10}
    office = open_office([relay], HUNDRED)
    assert office.send()["state"] == "sent"
    assert sum(c.startswith("MAIL") for c in server.commands) >= 10
    assert server.connections <= 3


def test_messages_per_connection(server, open_office):
    relay = {"port": server.port, "connections": 1, "recipients_per_message": 10,
             "messages_per_connection": 3}
    office = open_office([relay], HUNDRED)
    assert office.send()["state"] == "sent"
    assert copies(server) == sorted(HUNDRED)
    assert server.connections >= 4


def test_a_connection_carries_so_many_recipients(server, open_office):
    """What libesmtp keeps of each is freed with its session; nothing given ahead is lost to that."""
    crowd = people(20200, "crowd")
    relay = {"port": server.port, "connections": 1, "recipients_per_message": 500}
    office = open_office([relay], crowd)
    office.drop("25.md", bulletin())
    assert office.end()["state"] == "sent"
    assert copies(server) == sorted(crowd)
    assert server.connections == 2
    assert {row["attempts"] for row in office.recipients().values()} == {1}
