"""The daemon as a service: its configuration, its signals, its queue."""
import os
import signal
import socket
import subprocess

import pytest

from hostile import Hang
from office import BUILD, EDITOR, Office, bulletin, copies, issues, people

MANY = people(60)


def daemon_once(office):
    """Another daemon on this configuration; it is to end by itself."""
    return subprocess.run([BUILD / "fensongd", "--config", office.conf], text=True, capture_output=True,
                          stdin=subprocess.DEVNULL, timeout=30)


# --- configuration ------------------------------------------------------------------------------------

def test_a_good_configuration(tmp_path, server):
    done = Office(tmp_path, [server]).check_config()
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("change, words", [
    (("settle = ", "setle = "), "setle"),
    (('give_up_after = "1h"', 'give_up_after = "soon"'), "soon"),
    (("connections = 2", 'connections = "two"'), "connections"),
    (('tls = "none"', 'tls = "perhaps"'), "perhaps"),
    (("weekly@example.org>", "weekly at example.org>"), "weekly at example.org"),
    (('language = "zh_CN"', 'language = "fr"'), "fr"),
    (("port = ", "port = 7"), "port"),
    (("{name} {year}", "{nome} {year}"), "nome"),
])
def test_a_wrong_configuration(tmp_path, server, change, words):
    office = Office(tmp_path, [{"port": 50000}])
    text = office.conf.read_text()
    assert change[0] in text
    office.conf.write_text(text.replace(*change))
    done = office.check_config()
    assert done.returncode == 78
    assert [line for line in (done.stdout + done.stderr).splitlines()
            if line.startswith(f"{office.conf}:") and words in line], done.stderr
    assert daemon_once(office).returncode == 78


def test_all_problems_in_one_run(tmp_path, server):
    office = Office(tmp_path, [server])
    office.conf.write_text(office.conf.read_text().replace("settle", "setle").replace('"1h"', '"soon"')
                           .replace("connections = 2", "connections = 0"))
    done = office.check_config()
    text = done.stdout + done.stderr
    assert done.returncode == 78 and "setle" in text and "soon" in text and "connections" in text


def test_a_wrong_group_is_told_with_file_and_line(tmp_path, server):
    office = Office(tmp_path, [server])
    groups = office.home / "groups.d"
    (groups / "a.conf").write_text('name = "甲";\ninclude = [ "b" ];\n')
    (groups / "b.conf").write_text('name = "乙";\ninclude = [ "a" ];\n')
    (groups / "c.conf").write_text('name = "丙";\nmembers = ( { address = "no address"; } );\n')
    (groups / "d.conf").write_text('name = "丁";\n')
    done = office.check_config()
    text = done.stdout + done.stderr
    assert done.returncode == 78
    assert "c.conf:2" in text and "d.conf" in text and "a" in text and "b.conf" in text


def test_a_broken_list_does_not_stop_the_start(server, open_office):
    office = open_office([server], groups={
        "readers": {"name": "读者", "members": [{"address": "reader@example.org"}]},
        "others": {"name": "其他", "lists": ["none.csv"]}})
    office.drop("26.md", bulletin(26, groups=("其他",)))
    assert "none.csv" in office.why("26.md")
    assert office.send()["state"] == "sent"


# --- one daemon -----------------------------------------------------------------------------------------

def test_two_daemons_on_one_queue(server, open_office):
    office = open_office([server])
    done = daemon_once(office)
    assert done.returncode == 75 and str(office.daemon.pid) in done.stderr, done.stderr
    assert office.send()["state"] == "sent", "the first one goes on"


def test_a_daemon_with_another_control_finds_the_queue_locked(server, open_office, tmp_path):
    office = open_office([server])
    office.top["control"] = office.home / "other"
    office.write_conf()
    assert daemon_once(office).returncode == 75
    del office.top["control"]
    office.write_conf()
    assert office.send()["state"] == "sent"


# --- SIGHUP ---------------------------------------------------------------------------------------------

def test_reload_of_a_broken_configuration_keeps_the_old_one(server, open_office):
    office = open_office([server], MANY)
    good = office.conf.read_text()
    office.conf.write_text(good.replace("settle", "setle"))
    since = office.reload()
    office.until(lambda: "setle" in office.said(since) and "former" in office.said(since),
                 "it says that the former one stays")
    office.conf.write_text(good)    # for what the tests ask by `fensong`; the daemon does not see it
    assert office.send()["state"] == "sent"
    assert copies(server) == sorted(MANY)


def test_reload_of_a_good_one_changes_what_comes(start_server, open_office):
    first, second = start_server(), start_server()
    office = open_office([first], MANY)
    office.send()
    office.relays = [office._relay(second, 7)]
    office.publication["subject"] = "{name}第{number}期"
    office.publication["report_to"] = ["chief@example.org"]
    office.write_conf()
    office.reload()
    office.until(lambda: "relay8" in control(office, "/v1/relays"), "it has the new relay")
    assert office.send(bulletin(26), name="26.md", key="2023-26")["state"] == "sent"
    assert copies(second) == sorted(MANY) and copies(first) == sorted(MANY)
    assert issues(second)[0]["Subject"] == "科协每周动态第26期"
    office.until(lambda: "chief@example.org" in second.recipients(), "the report goes to the new one")


def control(office, resource):
    """What the control socket answers."""
    with socket.socket(socket.AF_UNIX) as one:
        one.settimeout(30)
        one.connect(str(office.home / "state" / "control"))
        one.sendall(f"GET {resource} HTTP/1.0\r\n\r\n".encode())
        return b"".join(iter(lambda: one.recv(65536), b"")).decode()


def test_reload_in_the_middle_of_an_issue(start_server, open_office):
    server = start_server()
    server.steps["end"] = slow_end(server)
    office = open_office([{"port": server.port, "recipients_per_message": 5}], MANY)
    office.drop("25.md", bulletin())
    office.until(lambda: len(server.got) >= 10, "it is in the middle")
    for _ in range(3):
        office.reload()
    assert office.end()["state"] == "sent"
    assert copies(server) == sorted(MANY)


# --- SIGTERM --------------------------------------------------------------------------------------------

def slow_end(server, seconds=0.2):
    """Takes its time for each message, and takes it."""
    def end(session, message):
        session.sleep(seconds)
        return None
    return end


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_the_end_in_the_middle_loses_nothing_and_doubles_nothing(start_server, open_office, signal_number):
    server = start_server()
    server.steps["end"] = slow_end(server)
    office = open_office([{"port": server.port, "recipients_per_message": 5}], MANY)
    office.drop("25.md", bulletin())
    office.until(lambda: len(server.got) >= 10, "it is in the middle")
    office.daemon.send_signal(signal_number)
    assert office.stop(seconds=15) == 0
    assert len(copies(server)) < len(MANY), "it ended before all were sent"
    issue = office.issue()
    assert issue["sent"] == len(copies(server)) and issue["unknown"] == 0
    assert issue["sent"] + issue["queued"] == len(MANY)
    office.start()
    assert office.end()["state"] == "sent"
    assert copies(server) == sorted(MANY)


def test_the_end_while_nothing_goes(server, open_office):
    assert open_office([server]).stop(seconds=15) == 0


def test_the_end_while_the_relay_is_silent(start_server, open_office):
    """Not between the end of data and its answer: nothing is waited for, nothing is in doubt."""
    server = start_server({"greeting": Hang()})
    office = open_office([server], MANY)
    office.drop("25.md", bulletin())
    office.until(lambda: server.connections, "it is connected")
    assert office.stop(seconds=15) == 0
    assert office.issue()["queued"] == len(MANY)


def test_a_restart_keeps_what_was_deferred(server, open_office):
    server.addresses[MANY[0]] = "451 4.7.1 later"
    office = open_office([server], MANY, retry={"delays": ["3s"]})
    office.drop("25.md", bulletin())
    office.until(lambda: (i := office.issue()) and i["deferred"] == 1, "one is deferred")
    office.stop()
    server.addresses.clear()
    office.start()
    assert office.end()["state"] == "sent"
    assert copies(server) == sorted(MANY)
    assert office.recipients()[MANY[0]]["attempts"] >= 2


def test_nothing_is_left_running(start_server, open_office):
    server = start_server()
    server.steps["end"] = slow_end(server)
    office = open_office([{"port": server.port, "recipients_per_message": 5}], MANY)
    office.drop("25.md", bulletin())
    office.until(lambda: len(server.got) >= 10, "it is in the middle")
    session = office.daemon.pid
    office.stop()
    assert not [pid for pid in filter(str.isdigit, os.listdir("/proc")) if session_of(pid) == session]


def session_of(pid):
    """The session of a process; None: it is gone, or waits for its parent to take note."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            state, _, _, session = stat.read().rpartition(")")[2].split()[:4]
    except OSError:
        return None
    return None if state == "Z" else int(session)


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc")
def test_descriptors_do_not_grow(server, open_office):
    office = open_office([server], people(3))
    office.send(bulletin(1), name="1.md", key="2023-1")
    office.sent_folder("2023-1")
    office.until(lambda: EDITOR in server.recipients(), "the report went")
    before = len(os.listdir(f"/proc/{office.daemon.pid}/fd"))
    for n in range(2, 8):
        office.send(bulletin(n), name=f"{n}.md", key=f"2023-{n}")
        office.sent_folder(f"2023-{n}")
    office.until(lambda: len(os.listdir(f"/proc/{office.daemon.pid}/fd")) <= before + 4, "few are open")
