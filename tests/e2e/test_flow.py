"""Limits of relays and of recipients' domains, fairness, windows, and a daemon that sees that it stands
still."""
import datetime
import socket
import threading
import time

import pytest

import office as of
from hostile import After, Hang, In_turn, refusing_port
from office import bulletin, copies, group, notices, people, text_of

QQ = people(30, "qq", "qq.com")
OTHERS = people(30)
MIXED = [address for pair in zip(QQ, OTHERS) for address in pair]


def transactions(server):
    """The recipients of each MAIL, over all connections in the order in which they came."""
    found = []
    for command in list(server.commands):
        if command.startswith("MAIL"):
            found.append([])
        elif command.startswith("RCPT"):
            found[-1].append(command.split("<")[1].split(">")[0])
    return found


def is_qq(address):
    return address.endswith(("@qq.com", "@foxmail.com"))


def single(server, **more):
    """One connection, so that the order of the commands is the order of the transactions."""
    return {"port": server.port, "connections": 1, **more}


# --- domains ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("personal", [False, True])
def test_lots_are_of_one_domain_where_a_limit_applies(server, open_office, personal):
    limits = [{"domains": ["qq.com", "foxmail.com"], "recipients_per_message": 8}]
    readers = MIXED + people(4, "fox", "foxmail.com")
    office = open_office([single(server)], readers, top={"domains": limits},
                         publication={"personal": personal})
    assert office.send()["state"] == "sent"
    assert copies(server) == sorted(readers)
    issue_lots = [lot for lot in transactions(server) if of.EDITOR not in lot]
    for lot in issue_lots:
        assert len({is_qq(address) for address in lot}) == 1
        assert not is_qq(lot[0]) or len(lot) <= 8
    in_order = [a for lot in issue_lots for a in lot if a.endswith("@qq.com")]
    assert in_order == QQ, "in the order of the 分送 block"


def test_a_domain_at_its_rate_does_not_hold_up_the_others(server, open_office):
    limits = [{"domains": ["qq.com"], "rate": "2/s"}]
    office = open_office([server], MIXED, top={"domains": limits})
    office.drop("25.md", bulletin())
    office.until(lambda: set(OTHERS) <= set(server.recipients()), "the others have it")
    assert len(set(QQ) & set(server.recipients())) < 15
    assert office.end()["state"] == "sent"
    assert copies(server) == sorted(MIXED)


def test_an_issue_at_its_limit_says_until_when(server, open_office):
    limits = [{"domains": ["qq.com"], "rate": "6/min"}]
    office = open_office([server], QQ[:3], top={"domains": limits})
    office.drop("25.md", bulletin())
    issue = office.until(lambda: (i := office.issue()) and i["waits_until"] and i, "it waits")
    assert (issue["state"], issue["waits_for"]) == ("sending", "limit")
    until = datetime.datetime.fromisoformat(issue["waits_until"])
    assert until.timestamp() <= time.time() + 11
    assert "等待至" in office.does("status")
    office.does("cancel", "2023-25")


def test_connections_of_a_domain(server, open_office):
    """Of four connections two carry for it at one time."""
    busy, most, lock = set(), [0], threading.Lock()

    def rcpt(session, address):
        if is_qq(address):
            with lock:
                busy.add(session)
                most[0] = max(most[0], len(busy))
        return None

    def end(session, _):
        session.sleep(0.05)
        with lock:
            busy.discard(session)
        return None

    server.steps.update(rcpt=rcpt, end=end)
    limits = [{"domains": ["qq.com"], "connections": 2, "recipients_per_message": 1}]
    office = open_office([{"port": server.port, "connections": 4, "recipients_per_message": 2}],
                         MIXED, top={"domains": limits})
    assert office.send()["state"] == "sent"
    assert most[0] == 2
    assert copies(server) == sorted(MIXED)


def test_messages_of_a_connection_for_a_domain(server, open_office):
    carried = {}

    def rcpt(session, address):
        if is_qq(address):
            carried[session] = carried.get(session, 0) + 1
        return None

    server.steps["rcpt"] = rcpt
    limits = [{"domains": ["qq.com"], "messages_per_connection": 3, "recipients_per_message": 1}]
    office = open_office([single(server)], MIXED, top={"domains": limits})
    assert office.send()["state"] == "sent"
    assert copies(server) == sorted(MIXED)
    assert max(carried.values()) == 3
    assert len(carried) >= 10
    assert {row["attempts"] for row in office.recipients().values()} == {1}


def test_a_bucket_outlives_a_restart(server, open_office):
    """6 a minute: what went before the restart counts after it."""
    limits = [{"domains": ["qq.com"], "rate": "6/min"}]
    office = open_office([server], QQ[:5], top={"domains": limits})
    office.drop("25.md", bulletin())
    office.until(lambda: server.got, "the first")
    began = time.monotonic()
    for _ in range(3):
        office.stop()
        office.start()
        time.sleep(0.5)
    assert len(server.got) <= 1 + (time.monotonic() - began) / 10 + 1
    assert office.issue()["queued"] >= 2
    office.does("cancel", "2023-25")


def test_limits_change_with_a_reload(server, open_office):
    limits = [{"domains": ["qq.com"], "rate": "1/min"}]
    office = open_office([server], QQ, top={"domains": limits})
    office.drop("25.md", bulletin())
    office.until(lambda: server.got, "the first")
    del office.top["domains"]
    office.write_conf()
    office.reload()
    assert office.end()["state"] == "sent"
    assert copies(server) == sorted(QQ)


# --- what answers teach -----------------------------------------------------------------------------

def test_too_fast_is_obeyed_and_shown(server, open_office):
    told = []

    def rcpt(session, address):
        if is_qq(address) and not told:
            told.append(address)
            return "550 Ip frequency limited"
        return None

    server.steps["rcpt"] = rcpt
    limits = [{"domains": ["qq.com"], "recipients_per_message": 1}]
    office = open_office([single(server)], MIXED, top={"domains": limits}, retry={"delays": ["1s"]})
    office.drop("25.md", bulletin())
    relays = office.until(lambda: "slowed down" in office.said() and office.does("check", "--relays"),
                          "it says so")
    assert "qq.com" in relays and "降至每分钟" in relays
    assert "降至每分钟" in office.does("status")
    office.until(lambda: set(OTHERS) <= set(server.recipients()), "the others have it")
    assert len(set(QQ) & set(server.recipients())) < 30
    office.does("cancel", "2023-25")


def test_too_many_connections_are_obeyed(server, open_office):
    server.steps["greeting"] = lambda session, _: (
        "421 4.7.0 too many connections from you" if server.open_connections > 2 else None)
    server.steps["end"] = After(0.05, "250 2.0.0 ok")
    relay = {"port": server.port, "connections": 8, "recipients_per_message": 2}
    office = open_office([relay], MIXED)
    office.drop("25.md", bulletin())
    assert office.end()["state"] == "sent"
    assert copies(server) == sorted(MIXED)
    assert {row["attempts"] for row in office.recipients().values()} == {1}, "no attempt is counted"
    assert "条连接" in office.does("status")


def test_smaller_lots_are_remembered(server, open_office):
    server.steps["rcpt"] = lambda session, _: (
        "452 4.5.3 too many recipients" if len(session.rcpts) >= 7 else None)
    office = open_office([single(server)], MIXED)
    assert office.send()["state"] == "sent"
    lots = [len(lot) for lot in transactions(server)]
    assert lots[0] == 60 and max(lots[1:]) <= 8
    assert "收件人" in office.does("check", "--relays")


# --- the breaker ------------------------------------------------------------------------------------

def test_half_open_one_lot_probes_while_the_second_relay_works(start_server, open_office):
    """The first relay is ill again: nothing waits for it."""
    first, second = start_server({"mail": "421 4.3.2 ill"}), start_server()
    second.steps["end"] = After(0.1, "250 2.0.0 ok")
    office = open_office([{"port": first.port, "connections": 1, "recipients_per_message": 1},
                          {"port": second.port, "connections": 1, "recipients_per_message": 1}],
                         MIXED)
    office.drop("25.md", bulletin())
    office.until(lambda: len(second.got) >= 5, "the second takes over")
    text = office.until(lambda: (t := office.does("status")) and "relay1" in t and t, "status says so")
    assert "ill" in text
    tried = len([c for c in first.commands if c.startswith("MAIL")])
    assert office.end()["state"] == "sent"
    assert tried <= 8
    assert copies(second) == sorted(MIXED) and not first.got


# --- fairness ---------------------------------------------------------------------------------------

def test_a_second_issue_does_not_wait_for_the_first(server, open_office):
    server.steps["end"] = After(0.02, "250 2.0.0 ok")
    crowd = people(600, "crowd")
    groups = {"crowd": group("众人", crowd), "few": group("几人", people(3, "few"))}
    office = open_office([{"port": server.port, "connections": 2, "recipients_per_message": 2}],
                         groups=groups, top={"guard": "100%"})
    office.drop("25.md", bulletin(25, groups=("众人",)))
    office.until(lambda: len(server.got) > 20, "the first is under way")
    office.drop("26.md", bulletin(26, groups=("几人",)))
    assert office.end("2023-26")["state"] == "sent"
    assert office.issue("2023-25")["state"] == "sending"
    office.does("send", office.document("27.md", bulletin(27, groups=("几人",))), "--to", "trial@example.org")
    assert office.issue("2023-25")["state"] == "sending", "nor does a trial copy wait"
    assert office.end("2023-25")["sent"] == 600


def test_retries_and_first_tries_take_turns(server, open_office):
    """Who is refused for now is always due again: the others get theirs all the same, and he is tried
    again before they are all through."""
    stubborn = people(20, "stubborn")
    crowd = people(300, "crowd")
    server.steps["rcpt"] = lambda _, address: "450 4.2.0 busy" if address in stubborn else None
    server.steps["end"] = After(0.02, "250 2.0.0 ok")
    office = open_office([single(server, recipients_per_message=1)], stubborn + crowd,
                         retry={"delays": ["1s"]})
    office.drop("25.md", bulletin())
    office.until(lambda: set(crowd) <= set(server.recipients()), "all others have it")
    asked = [lot[0] for lot in transactions(server)]
    first_of_crowd, last_of_crowd = asked.index(crowd[0]), asked.index(crowd[-1])
    again = [a for a in asked[first_of_crowd:last_of_crowd] if a in stubborn]
    assert len(again) >= 20, "retries are not put off until the end"
    office.does("cancel", "2023-25")


def test_groups_go_out_in_the_order_of_the_block(server, open_office):
    groups = {"a": group("乙组", people(5, "second")), "b": group("甲组", people(5, "first"))}
    office = open_office([single(server, recipients_per_message=3)], groups=groups)
    office.drop("25.md", bulletin(groups=("甲组", "乙组")))
    assert office.end()["state"] == "sent"
    asked = [a for lot in transactions(server) for a in lot if a != of.EDITOR]
    assert asked == people(5, "first") + people(5, "second")


# --- windows and not_after --------------------------------------------------------------------------

def minutes(offset):
    moment = datetime.datetime.now() + datetime.timedelta(minutes=offset)
    return moment.strftime("%H:%M")


def test_outside_the_window_it_waits_and_says_until_when(server, open_office):
    window = f"{minutes(60)}-{minutes(120)}"
    office = open_office([server], OTHERS, publication={"send_window": window})
    office.drop("25.md", bulletin())
    issue = office.until(lambda: (i := office.issue()) and i["waits_until"] and i, "it waits")
    assert (issue["state"], issue["waits_for"], issue["queued"]) == ("sending", "window", 30)
    assert window[:5] in issue["waits_until"]
    assert window[:5] in office.does("status")
    page = office.folder / "sending" / "2023-25" / "status.html"
    office.until(lambda: page.exists() and window[:5] in page.read_text(), "the page says so")
    assert not server.got
    office.publication["send_window"] = f"{minutes(-60)}-{minutes(60)}"
    office.write_conf()
    office.reload()
    assert office.end()["state"] == "sent"
    assert copies(server) == sorted(OTHERS)


def test_not_after_fails_what_is_left_with_its_reason(server, open_office):
    late = OTHERS[3]
    server.addresses[late] = "450 4.2.1 busy"
    office = open_office([server], OTHERS, publication={"not_after": "4s"})
    issue = office.send()
    assert (issue["state"], issue["sent"], issue["failed"]) == ("finished", 29, 1)
    row = office.recipients()[late]
    assert row["state"] == "failed" and "不再发送" in row["reason"]
    office.until(lambda: notices(server), "the report")
    assert "不再发送" in text_of(notices(server)[0][1])


def test_a_year_without_its_notice_is_said(server, open_office, tmp_path):
    workdays = tmp_path / "workdays.conf"
    workdays.write_text('years = ( { year = 2020; holidays = [ ]; work = [ ]; } );\n')
    office = open_office([server], OTHERS[:2], top={"workdays": workdays},
                         publication={"send_window": "00:00-24:00 workdays"})
    year = datetime.date.today().year
    office.until(lambda: str(year) in office.said(), "the log says so")
    assert str(year) in office.check_config().stdout


# --- it watches itself ------------------------------------------------------------------------------

def test_a_relay_that_is_away_for_long_is_said_once(start_server, open_office):
    port = refusing_port()
    office = open_office([{"port": port}], OTHERS, top={"alarm_after": "3s", "admins": ["admin@example.org"]})
    office.drop("25.md", bulletin())
    office.until(lambda: "none has ended for 3s" in office.said(), "it says so")
    text = office.until(lambda: (t := office.does("status")) and "3s" in t and t, "status says so")
    assert "relay1" in text
    time.sleep(4)
    assert office.said().count("none has ended for 3s") == 1
    server = start_server(port=port)
    assert office.end()["state"] == "sent"
    office.until(lambda: {r for r, m in notices(server) if "没有发出" in str(m["Subject"])} >=
                 {"admin@example.org", of.EDITOR}, "the mails")
    assert "3s" not in office.does("status")


def test_a_server_that_says_nothing_is_said(server, open_office):
    server.steps["mail"] = Hang()
    office = open_office([server], OTHERS, top={"alarm_after": "2s"})
    office.drop("25.md", bulletin())
    office.until(lambda: "none has ended for 2s" in office.said(), "it says so")
    assert "wait for an answer of relay relay1" in office.said()


def test_a_window_is_no_standstill(server, open_office):
    office = open_office([server], OTHERS, top={"alarm_after": "1s"},
                         publication={"send_window": f"{minutes(60)}-{minutes(120)}"})
    office.drop("25.md", bulletin())
    office.until(lambda: (i := office.issue()) and i["waits_until"], "it waits")
    time.sleep(3)
    assert "none has ended" not in office.said()
