"""What people type: every command, its forms, its exit statuses."""
import csv
import json
import os
import re
import shutil
import sqlite3
import subprocess

import pytest

import office as of
from hostile import Server, refusing_port
from office import BUILD, EDITOR, Office, bulletin, copies, group, line_of, people, text_of

READERS = people(8)
REFUSED, LATER, STOPPED = READERS[1], READERS[2], READERS[3]
GROUPS = {
    "readers": group("读者", READERS[:6], aliases=["读者们"]),
    "leaders": {"name": "领导", "lists": ["leaders.csv"]},
}
LEADERS = ("邮箱,姓名,职务,单位\n"
           f"{READERS[0]},赵一,主任,办公室\n{READERS[6]},钱二,副主任,办公室\n{READERS[7]},孙三,,\n")
TEXT = bulletin(groups=("读者", "领导"))
CHANGING = [("hold", "2023-99"), ("release", "2023-99"), ("cancel", "2023-99"), ("retry", "2023-99"),
            ("settle", "2023-99", "a@example.org", "--sent")]


def make(home, server, **more):
    office = Office(home, [server], groups=GROUPS, retry={"delays": ["1h"]}, **more)
    (office.home / "groups.d" / "leaders.csv").write_text(LEADERS)
    return office


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """(office, server): 2023-25 with one refused, one deferred, one suppressed; it is being sent."""
    addresses = {REFUSED: "550 5.1.1 no such user", LATER: "451 4.7.1 later"}
    with Server(addresses=addresses) as server, make(tmp_path_factory.mktemp("cli"), server) as office:
        office.does("suppress", "add", STOPPED, "--why", "已调离")
        office.drop("25.md", TEXT)
        office.until(lambda: (i := office.issue()) and i["sent"] == 5, "most have it")
        yield office, server


@pytest.fixture(scope="module")
def idle(tmp_path_factory):
    """An office without a daemon, and with no relay either."""
    return make(tmp_path_factory.mktemp("idle"), {"port": refusing_port()})


# --- check --queue ------------------------------------------------------------------------------------

def test_check_queue_beside_the_daemon(running):
    office, _ = running
    assert "队列完好" in office.does("check", "--queue")


def test_check_queue_of_none(idle):
    assert idle.fensong("check", "--queue").returncode == 66


def test_check_queue_tells_what_is_wrong(server, open_office):
    office = open_office([server], READERS)
    office.send(TEXT.replace("读者、领导", "读者"))
    office.stop()
    with sqlite3.connect(office.home / "state/queue.db") as queue:
        queue.execute("UPDATE issue SET sent = sent - 1, queued = queued + 1, state = 2 WHERE id = 1")
    queue.close()
    done = office.fensong("check", "--queue")
    assert done.returncode == 74 and "weekly/2023-25" in done.stderr
    with sqlite3.connect(office.home / "state/queue.db") as queue:
        queue.execute("UPDATE issue SET sent = sent + 1, queued = queued - 1 WHERE id = 1")
        parcel = queue.execute("SELECT parcel FROM issue WHERE id = 1").fetchone()[0]
    queue.close()
    assert office.does("check", "--queue")
    with open(office.home / "state/spool/parcels" / parcel / "message.eml", "ab") as message:
        message.write(b"more")
    done = office.fensong("check", "--queue")
    assert done.returncode and "message.eml" in done.stderr


# --- status, recipients, history ----------------------------------------------------------------------

def test_status(running):
    office, _ = running
    issue = office.issue()
    counts = {k: issue[k] for k in ("recipients", "sent", "deferred", "failed", "suppressed", "queued",
                                    "unknown", "cancelled")}
    assert counts == {"recipients": 8, "sent": 5, "deferred": 1, "failed": 1, "suppressed": 1,
                      "queued": 0, "unknown": 0, "cancelled": 0}
    assert set(issue) >= {"issue", "publication", "title", "total_number", "date", "state", "why",
                          "accepted_at", "finished_at", "next_attempt_at", "waits_until", "groups"}
    assert {g["group"]: (g["name"], g["recipients"], g["sent"]) for g in issue["groups"]} == {
        "readers": ("读者", 6, 3), "leaders": ("领导", 3, 3)}
    stamp = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)"
    assert re.fullmatch(stamp, issue["accepted_at"]) and re.fullmatch(stamp, issue["next_attempt_at"])
    assert issue["finished_at"] is None


def test_status_for_people(running):
    office, _ = running
    whole, one = office.does("status"), office.does("status", "2023-25")
    assert "2023-25" in whole and "发送中" in whole and "#" in whole
    assert "读者" in one and "领导" in one
    assert office.table("status", "2023-25")["issues"][0]["issue"] == "2023-25"


def test_recipients(running):
    office, _ = running
    rows = office.recipients()
    assert set(rows) == set(READERS)
    assert {a: r["state"] for a, r in rows.items()} == {
        **{a: "sent" for a in READERS}, REFUSED: "failed", LATER: "deferred", STOPPED: "suppressed"}
    assert set(rows[READERS[0]]["groups"]) == {"readers", "leaders"}
    failed = rows[REFUSED]
    assert (failed["code"], failed["enhanced"], failed["attempts"]) == (550, "5.1.1", 1)
    assert "邮箱不存在" in failed["reason"] and "no such user" in failed["answer"]
    assert rows[LATER]["next_attempt_at"] and not failed["next_attempt_at"]
    assert rows[READERS[6]]["name"] == "钱二" and rows[READERS[6]]["sent_at"]


@pytest.mark.parametrize("state, who", [("failed", {REFUSED}), ("deferred", {LATER}),
                                        ("suppressed", {STOPPED}), ("queued", set())])
def test_recipients_of_a_state(running, state, who):
    office, _ = running
    assert set(office.recipients("2023-25", "--state", state)) == who
    text = office.does("recipients", "2023-25", "--state", state)
    assert all((address in text) == (address in who) for address in READERS)


def test_recipients_as_csv(running):
    office, _ = running
    done = subprocess.run([BUILD / "fensong", "--config", office.conf, "recipients", "2023-25", "--csv"],
                          capture_output=True, timeout=60, check=True)
    assert done.stdout.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(done.stdout.decode("utf-8-sig").splitlines()))
    assert len(rows) == 9 and {READERS[6], "钱二", "已发", "失败", "读者"} <= {cell for row in rows for cell in row}


def test_history_names_who_did_it(running):
    office, _ = running
    entries = office.table("history")["history"]
    assert all(set(entry) >= {"at", "who", "what", "issue", "address", "detail"} for entry in entries)
    stopped = next(entry for entry in entries if entry["address"] == STOPPED)
    user = subprocess.run(["id", "-un"], text=True, capture_output=True, check=True).stdout.strip()
    assert stopped["who"] == user and "已调离" in stopped["detail"]
    assert "2023-25" in office.does("history", "2023-25")


# --- orders -------------------------------------------------------------------------------------------

def state_after(office, *order):
    """What it says it changed, in the history too; the issue's state."""
    said = office.does(*order)
    assert "2023-25" in said
    return office.issue()["state"]


def test_hold_release_retry_cancel(server, open_office):
    server.addresses.update({a: "451 4.7.1 later" for a in READERS})
    office = open_office([server], READERS, retry={"delays": ["1h"]})
    office.drop("25.md", bulletin())
    office.until(lambda: (i := office.issue()) and i["deferred"] == 8, "all are deferred")

    assert state_after(office, "hold", "2023-25", "--why", "等领导审定") == "held"
    assert office.issue()["why"] == "by hand" and "等领导审定" in office.does("status", "2023-25")
    server.addresses.clear()
    office.does("retry", "2023-25", READERS[0])
    assert office.issue()["sent"] == 0, "held: nothing goes out"
    assert state_after(office, "release", "2023-25") == "sending"
    office.until(lambda: office.issue()["sent"] == 1, "the one that was due is sent")

    server.addresses[READERS[1]] = "550 5.1.1 no such user"
    office.does("retry", "2023-25", READERS[1], READERS[2])
    office.until(lambda: (office.issue()["sent"], office.issue()["failed"]) == (2, 1), "two are tried")
    office.does("cancel", "2023-25")
    issue = office.end()
    assert (issue["state"], issue["sent"], issue["failed"], issue["cancelled"]) == ("cancelled", 2, 1, 5)
    assert len(copies(server)) == 2
    ordered = [entry["what"] for entry in office.table("history", "2023-25")["history"]
               if entry["who"] != "fensongd"]
    assert [w for w in ordered if w in ("held", "released", "cancelled")] == [
        "held", "released", "cancelled"]


def test_a_failed_one_is_retried_after_the_end(server, open_office):
    server.addresses[READERS[0]] = "550 5.1.1 no such user"
    office = open_office([server], READERS)
    assert office.send()["state"] == "finished"
    office.sent_folder()
    server.addresses.clear()
    office.does("retry", "2023-25", READERS[0])
    assert office.reaches("sent")["sent"] == 8
    assert copies(server) == sorted(READERS)
    office.until(lambda: len(of.notices(server)) == 2, "a report for each end")
    office.until(lambda: not [r for r in office.report_rows() if "失败" in r], "the report is renewed")


def test_suppress_stops_what_is_on_its_way(server, open_office):
    server.addresses[READERS[0]] = "451 4.7.1 later"
    office = open_office([server], READERS, retry={"delays": ["1h"]})
    office.drop("25.md", bulletin())
    office.until(lambda: (i := office.issue()) and i["deferred"] == 1 and i["sent"] == 7, "one is left")
    said = office.does("suppress", "add", READERS[0], "--why", "已调离")
    assert "停发的投递：1" in said and "备注" not in said
    issue = office.end()
    assert (issue["state"], issue["suppressed"], issue["sent"]) == ("sent", 1, 7)
    office.until(lambda: f"备注：名单中另有 {READERS[1]}" in
                 office.does("suppress", "add", READERS[1].capitalize(), "--why", "x"), "the lists were looked at")
    assert "不在任何名单中" in office.does("suppress", "add", "nobody@example.org", "--why", "x")


def test_orders_that_do_not_fit(running):
    office, _ = running
    for order in (("settle", "2023-25", READERS[0], "--sent"), ("release", "2023-25")):
        assert office.fensong(*order).returncode == 65, order
    assert office.fensong("retry", "2023-25", "nobody@example.org").returncode == 66
    assert office.fensong("settle", "2023-25", READERS[0]).returncode == 64


def test_status_watch_ends_with_the_issue(server, open_office):
    server.addresses[READERS[0]] = "451 4.7.1 later"
    office = open_office([server], READERS, retry={"delays": ["2s"]})
    server.addresses[READERS[0]] = lambda *_: "451 4.7.1 later" if len(server.got) < 7 else None
    office.drop("25.md", bulletin())
    office.until(office.issue, "it is accepted")
    text = office.does("status", "2023-25", "--watch")
    assert "2023-25" in text and office.issue()["state"] == "sent"
    assert office.table("status", "2023-25", "--watch")["issues"][0]["state"] == "sent"


# --- the stop list --------------------------------------------------------------------------------------

def test_the_stop_list(server, open_office):
    office = open_office([server], READERS)
    office.does("suppress", "add", READERS[0], "--why", "已调离")
    entries = office.table("suppress", "list")["suppressed"]
    assert [(e["address"], e["why"], e["until"]) for e in entries] == [(READERS[0], "已调离", None)]
    assert "已调离" in office.does("suppress", "list")
    issue = office.send()
    assert (issue["state"], issue["suppressed"], issue["sent"]) == ("sent", 1, 7)
    office.does("suppress", "remove", READERS[0])
    assert office.table("suppress", "list")["suppressed"] == []
    assert office.send(bulletin(26), name="26.md", key="2023-26")["sent"] == 8
    assert copies(server).count(READERS[0]) == 1
    assert office.fensong("suppress", "remove", READERS[0]).returncode == 66
    assert office.fensong("suppress", "add", "no address", "--why", "x").returncode == 65
    assert office.fensong("suppress", "add", READERS[0]).returncode == 64


# --- groups -----------------------------------------------------------------------------------------------

def test_groups(idle):
    groups = {g["group"]: g for g in idle.table("groups")["groups"]}
    assert (groups["readers"]["name"], groups["readers"]["aliases"], groups["readers"]["recipients"]) == (
        "读者", ["读者们"], 6)
    assert groups["leaders"]["recipients"] == 3 and groups["leaders"]["sources"]
    assert "读者们" in idle.does("groups")


@pytest.mark.parametrize("name", ["leaders", "领导"])
def test_groups_expand(idle, name):
    table = idle.table("groups", name, "--expand")
    assert (table["group"], table["name"]) == ("leaders", "领导")
    first = table["recipients"][0]
    assert first == {"address": READERS[0], "name": "赵一", "title": "主任", "unit": "办公室",
                     "groups": first["groups"], "origin": "leaders.csv:2"}
    assert "leaders.csv:3" in idle.does("groups", name, "--expand")


def test_groups_diff(server, open_office):
    office = open_office([server], READERS)
    office.send()
    assert all(not g["added"] and not g["gone"] for g in office.table("groups", "--diff", "2023-25")["groups"])
    office.write_group("readers", group("读者", READERS[1:] + ["new@example.org"]))
    table = office.table("groups", "--diff", "2023-25")
    assert table["issue"] == "2023-25"
    change = next(g for g in table["groups"] if g["group"] == "readers")
    assert [p["address"] for p in change["added"]] == ["new@example.org"]
    assert [p["address"] for p in change["gone"]] == [READERS[0]]


# --- before it is sent --------------------------------------------------------------------------------------

def test_check_a_good_file(idle):
    done = idle.fensong("check", idle.document("good.md", TEXT))
    assert done.returncode == 0 and "8" in done.stdout and "读者" in done.stdout
    table = idle.table("check", idle.home / "good.md")["files"][0]
    assert (table["issue"], table["recipients"]) == ("2023-25", 8)


def test_check_explains_what_each_block_was_taken_for(idle):
    done = idle.fensong("check", "--explain", idle.document("good.md", TEXT))
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    title = next(l for l in lines if "密云区" in l and "标题" in l or "title" in l)
    assert title.split()[0].isdigit()
    assert any("版记" in l or "imprint" in l for l in lines)


def test_check_a_bad_file_says_all(idle):
    text = bulletin(groups=("读着",), reviewer=None, date="2023年2月30日")
    done = idle.fensong("check", idle.document("bad.md", text))
    assert done.returncode == 65
    for words in ("2月30日", "读着"):
        assert re.search(rf"bad\.md:{line_of(text, words)}: .*{words}", done.stderr), done.stderr
    assert "审核" in done.stderr and "读者" in done.stderr


def test_check_several_files(idle):
    done = idle.fensong("check", idle.document("good.md", TEXT), idle.document("bad.md", bulletin(None)))
    assert done.returncode == 65 and "2023-25" in done.stdout and "bad.md" in done.stderr


def test_check_without_files(running, idle):
    office, _ = running
    assert office.fensong("check").returncode == 0
    done = idle.fensong("check")
    assert done.returncode == 69 and "relay1" in done.stderr, "the relay is not there"
    assert idle.fensong("check", "--relays").returncode == 69


def test_a_broken_list_is_told_with_its_line(tmp_path, server):
    office = make(tmp_path, server)
    (office.home / "groups.d" / "leaders.csv").write_text(LEADERS + "not an address,李四,,\n")
    done = office.fensong("check")
    assert done.returncode == 65 and "leaders.csv:5" in done.stderr
    done = office.fensong("check", office.document("25.md", TEXT))
    assert done.returncode == 65 and "leaders.csv:5" in done.stderr


def test_preview(idle, tmp_path):
    document = idle.document("25.md", TEXT)
    idle.does("preview", document, "-o", tmp_path / "parcel")
    names = {path.name for path in (tmp_path / "parcel").iterdir()}
    assert names >= {"preview.html", "preview.txt", "message.eml", "recipients.csv", "issue.json",
                     "manifest.json"}
    manifest = json.loads((tmp_path / "parcel" / "manifest.json").read_text())
    sums = subprocess.run(["sha256sum", *sorted(names - {"manifest.json"})], cwd=tmp_path / "parcel",
                          text=True, capture_output=True, check=True).stdout
    for line in sums.splitlines():
        assert line.split()[0] in json.dumps(manifest), line
    message = of.parse((tmp_path / "parcel" / "message.eml").read_bytes())
    assert "密云区" in text_of(message)
    rows = list(csv.DictReader((tmp_path / "parcel" / "recipients.csv").read_text("utf-8-sig").splitlines()))
    assert {row["address"] for row in rows} == set(READERS)
    assert not (idle.home / "state" / "queue.db").exists()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine").touch()
    assert idle.fensong("preview", document, "-o", tmp_path / "other").returncode != 0
    assert (tmp_path / "other" / "mine").exists()


def test_preview_of_a_secret_writes_nothing(idle, tmp_path):
    done = idle.fensong("preview", idle.document("s.md", bulletin(head="绝密★10年")), "-o", tmp_path / "p")
    assert done.returncode == 65 and not (tmp_path / "p").exists()


def test_send(server, open_office):
    office = open_office([server], READERS)
    office.does("send", office.document("第25期.md", bulletin()))
    assert office.end()["sent"] == 8
    assert (office.sent_folder() / "第25期.md").exists()
    assert office.fensong("send", office.document("bad.md", bulletin(None))).returncode == 65
    assert not list(office.outbox.iterdir())


def test_a_trial_copy(server, tmp_path):
    """Needs no daemon, and leaves no trace in the queue."""
    office = Office(tmp_path, [server], READERS)
    document = office.document("25.md", bulletin())
    office.does("send", document, "--to", "me@example.org", "--to", "you@example.org")
    assert copies(server) == ["me@example.org", "you@example.org"]
    message = of.issues(server)[0]
    assert message["Subject"] == "[试发] 科协每周动态 2023年第25期（总第78期）"
    assert not list(office.outbox.iterdir()) and not (office.home / "state" / "queue.db").exists()
    with office:
        assert office.send()["state"] == "sent"
        assert [e["what"] for e in office.table("history")["history"]].count("accepted") >= 1
        assert not [e for e in office.table("history")["history"] if "me@example.org" in str(e)]
    real = of.issues(server)[-1]
    assert real["Message-ID"] != message["Message-ID"] and copies(server).count(READERS[0]) == 1


def test_a_trial_copy_that_is_refused(server, tmp_path):
    server.addresses["me@example.org"] = "550 5.1.1 no such user"
    office = Office(tmp_path, [server], READERS)
    done = office.fensong("send", office.document("25.md", bulletin()), "--to", "me@example.org")
    assert done.returncode == 65 and "no such user" in done.stderr
    assert office.fensong("send", office.home / "25.md", "--to", "no address").returncode in (64, 65)


# --- exit statuses --------------------------------------------------------------------------------------------

@pytest.mark.parametrize("arguments", [(), ("frobnicate",), ("hold",), ("status", "--frob"), ("preview",),
                                       ("recipients",), ("suppress",)])
def test_usage(idle, arguments):
    done = idle.fensong(*arguments)
    assert done.returncode == 64 and done.stderr


@pytest.mark.parametrize("arguments", [
    ("check", "/no/such/file.md"), ("preview", "/no/such/file.md"), ("send", "/no/such/file.md"),
    ("groups", "nothing", "--expand")])
def test_no_such_file_or_group(idle, arguments):
    assert idle.fensong(*arguments).returncode == 66


@pytest.mark.parametrize("arguments", CHANGING + [
    ("recipients", "2023-99"), ("status", "2023-99"), ("history", "2023-99"),
    ("groups", "--diff", "2023-99")])
def test_no_such_issue(running, arguments):
    office, _ = running
    done = office.fensong(*arguments)
    assert done.returncode == 66 and "2023-99" in done.stderr


def test_the_configuration_is_wrong(idle, tmp_path):
    wrong = tmp_path / "wrong.conf"
    wrong.write_text(idle.conf.read_text().replace("settle", "setle"))
    for command in (["check"], ["groups"]):
        done = subprocess.run([BUILD / "fensong", "--config", wrong, *command], text=True,
                              capture_output=True, timeout=60)
        assert done.returncode == 78 and f"{wrong}:" in done.stderr
    gone = subprocess.run([BUILD / "fensong", "--config", "/no/such.conf", "status"], text=True,
                          capture_output=True, timeout=60)
    assert gone.returncode in (66, 78)


def test_an_error_is_followed_by_what_to_do(idle):
    done = idle.fensong("check", idle.document("bad.md", bulletin(None)))
    first, second = done.stderr.splitlines()[:2]
    assert re.match(r".*bad\.md:\d+: ", first) and second.startswith("    ")


def test_help(idle):
    text = idle.does("help")
    for command in ("check", "preview", "send", "status", "recipients", "hold", "release", "cancel",
                    "retry", "groups", "settle", "suppress", "history"):
        assert command in text
        assert idle.does("help", command)


# --- without the daemon, and without the right ----------------------------------------------------------------

def test_while_the_daemon_is_down(server, open_office):
    office = open_office([server], READERS)
    office.send()
    office.sent_folder()
    before = office.issue()
    office.stop()
    assert office.issue()["sent"] == before["sent"] == 8
    assert set(office.recipients()) == set(READERS)
    assert office.table("history")["history"] and "suppressed" in office.table("suppress", "list")
    assert office.table("groups", "--diff", "2023-25")["issue"] == "2023-25"
    for order in (("hold", "2023-25"), ("cancel", "2023-25"), ("retry", "2023-25"),
                  ("suppress", "add", READERS[0], "--why", "x")):
        done = office.fensong(*order)
        assert done.returncode == 69 and done.stderr, order


def test_an_english_office(server, open_office):
    office = open_office([server], READERS, top={"language": "en"})
    assert office.send()["state"] == "sent"
    assert "sent" in office.does("status")
    office.until(lambda: of.notices(server), "the report")
    assert "已发" not in text_of(of.notices(server)[0][1])


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs root and setpriv")
def test_who_is_not_of_the_service_may_nothing(running):
    office, _ = running
    for path in [office.home, *office.home.parents]:
        if path.owner() == "root" and path.is_relative_to("/tmp") and path != path.parent:
            path.chmod(path.stat().st_mode | 0o055)
    (office.home / "state").chmod(0o755)
    control = office.home / "state" / "control"
    mode = control.stat().st_mode & 0o777
    assert not mode & 0o007, "others may not even connect"
    stranger = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", BUILD / "fensong",
                "--config", office.conf]
    try:
        for opened in (False, True):
            if opened:          # and where the file system lets them: the daemon asks who they are
                control.chmod(0o777)
            for command in (["hold", "2023-25"], ["suppress", "add", READERS[0], "--why", "x"]):
                done = subprocess.run([*stranger, *command], text=True, capture_output=True, timeout=60)
                assert done.returncode == 77, (opened, command, done.returncode, done.stderr)
                assert "fensong" in done.stderr
    finally:
        control.chmod(mode)
        (office.home / "state").chmod(0o700)
    assert office.issue()["state"] == "sending"


def test_a_folder_is_checked_as_the_outbox_takes_it(server, open_office, tmp_path):
    office = open_office([server], READERS)
    folder = tmp_path / "第25期"
    folder.mkdir()
    empty = office.fensong("check", str(folder))
    assert empty.returncode == 65 and "空的" in empty.stderr
    (folder / "第25期.md").write_text(bulletin())
    (folder / "~$第25期.md").write_text("x")
    (folder / "Thumbs.db").write_text("x")
    assert office.fensong("check", str(folder)).returncode == 0
    (folder / "link.png").symlink_to("/etc/passwd")
    linked = office.fensong("check", str(folder))
    assert linked.returncode == 65 and "符号链接" in linked.stderr


def test_a_broken_configuration_leaves_the_daemon_within_reach(server, open_office):
    server.addresses[READERS[0]] = "451 4.7.1 later"
    office = open_office([server], READERS, retry={"delays": ["1h"]})
    office.drop("25.md", bulletin())
    office.until(lambda: (i := office.issue()) and i["deferred"] == 1 and i["sent"] == 7, "one is left")
    config = office.home / "fensong.conf"
    config.write_text(config.read_text() + '\nunknown_key = 1;\n')
    for order in (("hold", "2023-25"), ("status",), ("recipients", "2023-25"), ("history",),
                  ("release", "2023-25"), ("suppress", "list"), ("cancel", "2023-25")):
        done = office.fensong(*order)
        assert done.returncode == 0 and "unknown_key" in done.stderr and "备注" in done.stderr, order
    assert office.fensong("check").returncode == 78


def test_what_the_configuration_names_is_checked_in_the_same_run(server, open_office):
    office = open_office([server], READERS)
    config = office.home / "fensong.conf"
    text = config.read_text()
    config.write_text(text + '\nunknown_key = 1;\ntemplates = "/no/such";\n')
    done = office.fensong("check")
    assert done.returncode == 78 and "unknown_key" in done.stderr and "/no/such" in done.stderr
    daemon = subprocess.run([BUILD / "fensongd", "--config", config, "--check-config"], text=True,
                            capture_output=True, env={"LANG": "zh_CN.UTF-8", "PATH": "/usr/bin:/bin"})
    assert daemon.returncode == 78 and "没有配置项" in daemon.stderr and "/no/such" in daemon.stderr
    config.write_text(text.replace("groups_dir = \"", "groups_dir = \"/no/such"))
    done = office.fensong("check")
    assert done.returncode == 78 and "/no/such" in done.stderr
    config.write_text(text)
    assert office.fensong("preview", office.document("25.md", bulletin()), "-o", "/proc/x").returncode == 74


def test_a_relay_that_is_not_there_is_told_in_chinese_alone(idle):
    done = idle.fensong("check", "--relays")
    assert done.returncode == 69 and "fensong-sender:" not in done.stderr
    assert "连不上中继" in done.stderr and "请核对 host" in done.stderr


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_modes_do_not_hang_on_the_umask(server, open_office, mask):
    before = os.umask(mask)
    try:
        office = open_office([server], READERS)
    finally:
        os.umask(before)
    shutil.rmtree(office.folder / "rejected", ignore_errors=True)
    office.drop("25.md", bulletin())
    office.until(lambda: (i := office.issue()) and i["sent"] == 8, "sent")
    mode = lambda path: path.stat().st_mode & 0o777
    state = office.home / "state"
    assert mode(state / "queue.db") == 0o640
    assert mode(state / "spool") == mode(state / "spool" / "parcels") == 0o750
    assert mode(office.folder / "rejected") == 0o770


def test_history_says_what_it_counts(server, open_office):
    server.addresses.update({a: "451 4.7.1 later" for a in READERS})
    office = open_office([server], READERS, retry={"delays": ["1h"]})
    office.drop("25.md", bulletin())
    office.until(lambda: (i := office.issue()) and i["deferred"] == 8, "all are deferred")
    office.does("hold", "2023-25")
    office.does("retry", "2023-25")
    assert "8 件" in office.does("history", "2023-25")
    table = office.does("recipients", "2023-25")
    assert "发出时间" in table.splitlines()[0] and "下次" in table.splitlines()[0]
