"""Lists that an office can trust: the guard, the history of lists, and the tools of who keeps them."""
import csv
import io
import json
import time

import pytest

import office as of
from office import bulletin, copies, group, notices, people, text_of

ADMIN = "admin@example.org"
READERS = people(40)


def sheet(*rows, head="邮箱,姓名,职务,单位"):
    return ("\ufeff" + "\r\n".join([head, *rows]) + "\r\n").encode()


def add_list(office, rows, key="readers", name="读者", file="readers.csv"):
    office.write_group(key, {"name": name, "lists": [file]})
    (office.home / "groups.d" / file).write_bytes(sheet(*rows))


@pytest.fixture
def guarded(open_office, server):
    """(office, server) with issue 24 sent to 40 readers."""
    office = open_office([server], READERS, top={"admins": [ADMIN], "list_refresh": "1h"})
    office.send(bulletin(24), name="24.md", key="2023-24")
    office.sent_folder("2023-24")
    return office, server


# --- the guard ------------------------------------------------------------------------------------

def drop_shrunk(office, left=10):
    office.write_group("readers", group("读者", READERS[:left]))
    office.drop("25.md", bulletin(25))
    return office.reaches("held")


def test_a_shrunk_group_holds_the_issue_before_anybody_has_it(guarded):
    office, server = guarded
    before = copies(server)
    issue = drop_shrunk(office)
    assert (issue["why"], issue["sent"], issue["queued"]) == ("guard", 0, 10)
    assert issue["why_text"] == "读者 40 → 10 (+0 -30); 合计 40 → 10 (+0 -30)"
    mails = office.until(lambda: len(found := [m for m in notices(server)
                                               if "25" in m[1]["Subject"]]) == 2 and found,
                         "the editor and the admin are told")
    assert {recipient for recipient, _ in mails} == {of.EDITOR, ADMIN}
    text = text_of(mails[0][1])
    assert "fensong release 2023-25" in text
    assert "! 读者: 40 → 10 (+0 -30) [2023-24]" in text
    assert f"- {READERS[10].split('@')[0]} <{READERS[10]}>" in text
    assert copies(server) == before
    page = (office.folder / "sending" / "2023-25" / "status.html").read_text()
    assert "收件人与上次相比" in page and READERS[39] in page
    status = office.does("status", "2023-25")
    assert "! 读者: 40 → 10 (+0 -30) [2023-24]" in status and f"  - {READERS[39]}" in status
    # The hold outlives the daemon, and is told once.
    office.stop()
    office.start()
    assert office.issue("2023-25")["why"] == "guard"
    office.does("release", "2023-25")
    assert office.end("2023-25")["state"] == "sent"
    office.sent_folder("2023-25")
    told = [m for r, m in notices(server) if r == ADMIN]
    assert len(told) == 1


def test_a_group_that_grows_too_much_is_held_and_can_be_cancelled(guarded):
    office, server = guarded
    office.write_group("readers", group("读者", people(60)))
    office.drop("25.md", bulletin(25))
    assert office.reaches("held")["why"] == "guard"
    office.does("cancel", "2023-25")
    office.end("2023-25")
    # What was cancelled is no measure: the next one is compared with 24.
    office.write_group("readers", group("读者", READERS))
    assert office.send(bulletin(26), name="26.md", key="2023-26")["state"] == "sent"


def test_the_guard_can_be_set(open_office, server):
    office = open_office([server], READERS, top={"guard": "90%"})
    office.send(bulletin(24), name="24.md", key="2023-24")
    office.write_group("readers", group("读者", READERS[:10]))
    assert office.send()["state"] == "sent"


def test_who_failed_twice_is_named_and_sent_to_all_the_same(open_office, start_server):
    server = start_server(addresses={READERS[3]: "550 5.1.1 no such user"})
    office = open_office([server], READERS[:5])
    for number in (23, 24):
        office.send(bulletin(number), name=f"{number}.md", key=f"2023-{number}")
    # The report of the second names them, too: it says so of an issue of any size.
    report = (office.sent_folder("2023-24") / "report.html").read_text()
    assert "最近两期都发送失败 · 1" in report and "该邮箱不存在" in report
    assert "最近两期" not in (office.sent_folder("2023-23") / "report.html").read_text()
    told = office.until(lambda: [text_of(m) for _, m in notices(server) if "24" in m["Subject"]], "the report")
    assert f"<{READERS[3]}>: 该邮箱不存在" in told[0] and "最近两期都发送失败" in told[0]
    office.relays[0]["port"] = 1
    office.write_conf()
    office.stop()
    office.start()
    office.drop("25.md", bulletin(25))
    office.until(lambda: (office.folder / "sending/2023-25/status.html").exists(), "the page")
    page = (office.folder / "sending/2023-25/status.html").read_text()
    assert "最近两期都发送失败" in page and READERS[3] in page
    assert office.issue("2023-25")["state"] == "sending"


# --- the history of lists ---------------------------------------------------------------------------

def changes(office, *of_what):
    return [(row["what"], row["group"], row["address"])
            for row in office.table("history", "--lists", *of_what)["history"]]


def test_who_came_and_who_went_is_noted(open_office, server):
    office = open_office([server], top={"list_refresh": "1h"})
    office.until(lambda: changes(office, "reader@example.org"), "the group is noted")
    add_list(office, ["a@example.org,甲,,", "b@example.org,乙,,"])
    office.does("groups", "readers", "--expand")  # who looks has it noted
    office.until(lambda: changes(office, "a@example.org"), "the list is noted")
    issue = office.send(bulletin(24), name="24.md", key="2023-24")
    assert issue["state"] == "sent"
    add_list(office, ["b@example.org,乙,,", "c@example.org,丙,,"])
    office.fensong("check")
    office.until(lambda: ("gone", "readers", "a@example.org") in changes(office), "the change is noted")
    assert ("added", "readers", "c@example.org") in changes(office, "readers")
    assert [what for what, _, _ in changes(office, "a@example.org")] == ["added", "gone"]
    assert [what for what, _, _ in changes(office, "reader@example.org")] == ["first seen", "gone"]
    # A touched file is no change.
    before = changes(office)
    (office.home / "groups.d/readers.csv").touch()
    office.does("groups", "readers", "--expand")
    time.sleep(2)
    assert changes(office) == before
    then = office.table("groups", "读者", "--at", "2023-24")
    assert [(r["address"], r["name"], r["origin"]) for r in then["recipients"]] == [
        ("a@example.org", "甲", "readers.csv:2"), ("b@example.org", "乙", "readers.csv:3")]
    diff = office.table("groups", "--diff", "2023-24")["groups"][0]
    assert [r["address"] for r in diff["added"]] == ["c@example.org"]
    assert [r["address"] for r in diff["gone"]] == ["a@example.org"]


def test_a_group_that_the_issue_did_not_name_is_known_from_what_was_noted(open_office, server):
    office = open_office([server], top={"list_refresh": "1h"})
    add_list(office, ["a@example.org,甲,,"], "others", "别人", "others.csv")
    office.does("groups", "others", "--expand")
    office.until(lambda: changes(office, "a@example.org"), "the list is noted")
    office.send(bulletin(24), name="24.md", key="2023-24")
    (office.home / "groups.d/others.csv").write_bytes(sheet("b@example.org,乙,,"))
    office.does("groups", "others", "--expand")
    office.until(lambda: changes(office, "b@example.org"), "the change is noted")
    then = office.table("groups", "others", "--at", "2023-24")["recipients"]
    assert [r["address"] for r in then] == ["a@example.org"]


def test_since_when_somebody_does_not_get_it_is_said_in_words(open_office, server):
    office = open_office([server], top={"list_refresh": "1h"})
    office.write_group("readers", {"name": "读者", "aliases": ["读者甲"], "lists": ["readers.csv"]})
    path = office.home / "groups.d/readers.csv"
    path.write_bytes(sheet("Zhang@例子.org,张三,,", "zz@example.org,周四,,", "z@example.org,郑五,,"))
    office.does("groups", "readers", "--expand")
    office.until(lambda: changes(office, "z@example.org"), "the list is noted")
    path.write_bytes(sheet("zz@example.org,周四,,", "z@example.org,郑五,,"))
    office.does("groups", "readers", "--expand")
    office.until(lambda: len(changes(office, "zhang@例子.org")) == 2, "the change is noted")
    for words in ("张三", "ＺＨＡＮＧ＠例子.org", "zhang@xn--fsqu00a.org", "张"):
        said = office.does("history", "--lists", words)
        assert "起不再列入“读者”" in said and "移出" in said, said
    office.does("suppress", "add", "z@example.org", "--why", "本人要求")
    for words in ("郑五", "Z@Example.org"):
        said = office.does("history", "--lists", words)
        assert "起停发，原因：本人要求" in said and "列入“读者”" in said, said
        assert "zz@example.org" not in said
    for group in ("readers", "读者", "读者甲"):
        assert ("gone", "readers", "Zhang@xn--fsqu00a.org") in changes(office, group)
    nobody = office.fensong("history", "--lists", "查无此人")
    assert nobody.returncode == 66 and "查无此人" in nobody.stderr


# --- tools ----------------------------------------------------------------------------------------

BEFORE = ["a@example.org,甲,主席,科协,老同志", "b@example.org,乙,,,", "c@example.org,丙,,,"]
HEAD = "邮箱,姓名,职务,单位,备注"


@pytest.fixture
def keeper(open_office, server, tmp_path):
    office = open_office([server], top={"list_refresh": "1h"})
    office.write_group("readers", {"name": "读者", "lists": ["readers.csv"]})
    (office.home / "groups.d/readers.csv").write_bytes(sheet(*BEFORE, head=HEAD))
    return office


def test_import_shows_what_changes_and_keeps_the_former_version(keeper):
    office, path = keeper, keeper.home / "groups.d/readers.csv"
    new = office.document("new.csv", "单位;电子邮箱;姓名\n;d@example.org;丁\n区科协;A@EXAMPLE.ORG;甲\n"
                          "区科协;a@example.org;甲\n;c@example.org;丙\n".replace("区科协;A@EXAMPLE.ORG;甲\n", ""))
    before = path.read_bytes()
    dry = office.table("import", new, "--group", "读者", "--dry-run")
    assert not dry["written"] and path.read_bytes() == before
    assert [r["address"] for r in dry["added"]] == ["d@example.org"]
    assert [r["address"] for r in dry["gone"]] == ["b@example.org"]
    assert [(r["address"], r["detail"]) for r in dry["changed"]] == [("a@example.org", "科协 → 区科协")]
    said = office.does("import", new, "--group", "readers")
    assert "+ d@example.org  丁" in said and "- b@example.org  乙" in said
    octets = path.read_bytes()
    assert octets.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(octets.decode("utf-8-sig")))) == [
        HEAD.split(","), ["a@example.org", "甲", "主席", "区科协", "老同志"],
        ["c@example.org", "丙", "", "", ""], ["d@example.org", "丁", "", "", ""]]
    former = [p for p in path.parent.iterdir() if p.name.startswith("readers.csv.")]
    assert [p.read_bytes() for p in former] == [before]
    assert [r["what"] for r in office.table("history")["history"]] == ["imported"]
    assert "无需写入" in office.does("import", new, "--group", "readers")


def test_an_import_never_brings_a_stopped_address_back(keeper):
    office, path = keeper, keeper.home / "groups.d/readers.csv"
    path.write_bytes(sheet("a@example.org,甲,是", "b@example.org,乙,", head="邮箱,姓名,停用"))
    new = office.document("new.csv", "邮箱,姓名\na@example.org,甲\nb@example.org,乙\nc@example.org,丙\n")
    answer = office.table("import", new, "--group", "readers")
    assert [r["address"] for r in answer["stopped"]] == ["a@example.org"]
    addresses = [r["address"] for r in office.table("groups", "readers", "--expand")["recipients"]]
    assert addresses == ["b@example.org", "c@example.org"]
    office.does("suppress", "add", "c@example.org", "--why", "他不要了", "--until", "2099-12-31")
    assert office.table("suppress", "list")["suppressed"][0]["until"].startswith("2100-01-01")
    assert office.send()["suppressed"] == 1


def test_no_way_of_writing_an_address_brings_it_back(keeper):
    office, path = keeper, keeper.home / "groups.d/readers.csv"
    office.does("suppress", "add", "Zhang@example.org", "--why", "他不要了")
    office.does("suppress", "add", "li@例子.org", "--why", "他不要了")
    path.write_bytes(sheet("zhang@EXAMPLE.org,张三,,", '"""zhang""@example.org",张三,,',
                           "LI@xn--fsqu00a.org,李四,,", "c@example.org,丙,,"))
    assert office.send()["suppressed"] == 2
    rows = office.recipients()
    assert {address for address, row in rows.items() if row["state"] == "sent"} == {"c@example.org"}
    row, = office.table("find", "zhang@example.org")["found"]
    assert row["suppressed"]["address"] == "Zhang@example.org"
    office.does("suppress", "remove", "ZHANG@example.org")
    assert [r["address"] for r in office.table("suppress", "list")["suppressed"]] == ["li@xn--fsqu00a.org"]


def test_a_spreadsheet_of_libreoffice_is_imported(keeper):
    office, path = keeper, keeper.home / "groups.d/readers.csv"
    data = of.TOP / "tests/data/lists/members.xlsx"
    answer = office.table("import", f"{data}#外部联系人", "--group", "readers", "--dry-run")
    assert [r["address"] for r in answer["added"]] == ["guest@example.org"]
    assert len(answer["gone"]) == 3 and not answer["written"]
    path.write_bytes(sheet("li@example.org,李四,主席,,老同志", head=HEAD))
    said = office.does("import", data, "--group", "readers")
    assert "~ li@example.org  李四  主席 → 副主席" in said and "+ zhang@example.org  张三" in said
    assert "zhao@example.org  赵六  今日不在任期内" in said
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    assert (rows[0]["邮箱"], rows[0]["职务"], rows[0]["备注"]) == ("li@example.org", "副主席", "老同志")
    assert {row["邮箱"]: row["止"] for row in rows}["zhao@example.org"] == "2019-06-30"
    expanded = office.table("groups", "readers", "--expand")["recipients"]
    assert "zhao@example.org" not in [r["address"] for r in expanded]
    assert "无需写入" in office.does("import", data, "--group", "readers")


def test_a_group_of_several_sources_comes_back_as_it_was(keeper):
    """What stands in the group's own file, in another list or in a group that it includes is not added to the
    list that is written."""
    office, folder = keeper, keeper.home / "groups.d"
    office.write_group("others", {"name": "别人", "members": [{"address": "x@example.org"}]})
    office.write_group("readers", {"name": "读者", "members": [{"address": "m@example.org", "name": "戊"}],
                                   "lists": ["readers.csv", "more.csv"], "include": ["others"]})
    (folder / "more.csv").write_bytes(sheet("y@example.org,己,,"))
    again = office.document("again.csv", office.does("export", "readers"))
    answer = office.table("import", again, "--group", "readers", "--list", "readers.csv")
    assert not (answer["added"] or answer["gone"] or answer["changed"] or answer["written"])
    assert [(r["address"], r["detail"]) for r in answer["elsewhere"]] == [
        ("m@example.org", "readers.conf:2"), ("y@example.org", "more.csv:2"), ("x@example.org", "others.conf:2")]
    assert "= m@example.org  戊  该分送对象中已有：  readers.conf:2" in office.does(
        "import", again, "--group", "readers", "--list", "readers.csv")


def test_every_former_version_is_kept(keeper):
    office, path = keeper, keeper.home / "groups.d/readers.csv"
    versions = [path.read_bytes()]
    for name in "defg":
        new = office.document("new.csv", f"{name}@example.org\n")
        office.does("import", new, "--group", "readers")
        versions.append(path.read_bytes())
    former = [p.read_bytes() for p in path.parent.iterdir() if p.name.startswith("readers.csv.")]
    assert sorted(former) == sorted(versions[:-1])


def test_a_wrong_spreadsheet_writes_nothing(keeper):
    office, path = keeper, keeper.home / "groups.d/readers.csv"
    new = office.document("new.csv", "邮箱,姓名\nnobody,甲\n")
    before = path.read_bytes()
    done = office.fensong("import", new, "--group", "readers")
    assert done.returncode == 65 and "new.csv:2" in done.stderr and "（A 列）" in done.stderr
    assert path.read_bytes() == before
    assert office.fensong("import", new, "--group", "没有").returncode == 66
    assert office.fensong("import", new).returncode == 64


def test_export_can_be_imported_again(keeper):
    office = keeper
    sheet_text = office.does("export", "readers", "--csv")
    assert sheet_text.startswith("\ufeff邮箱,姓名,职务,单位,来源") or "readers.csv:2" in sheet_text
    again = office.document("again.csv", sheet_text)
    answer = office.table("import", again, "--group", "readers", "--dry-run")
    assert not answer["added"] and not answer["gone"] and not answer["changed"]


def test_find_says_where_somebody_stands_and_what_he_got(keeper):
    office = keeper
    office.write_group("others", {"name": "别人", "lists": ["readers.csv"]})
    office.send()
    office.does("suppress", "add", "b@example.org", "--why", "调走了")
    found = {row["address"]: row for row in office.table("find", "乙")["found"]}
    row = found["b@example.org"]
    assert row["name"] == "乙"
    assert row["groups"] == [{"group": "others", "origin": "readers.csv:3"},
                             {"group": "readers", "origin": "readers.csv:3"}]
    assert row["suppressed"]["why"] == "调走了"
    assert [(d["issue"], d["state"]) for d in row["deliveries"]] == [("2023-25", "sent")]
    said = office.does("find", "乙")
    assert "已停发：调走了（自 " in said and "操作人" in said
    # Who is in no list any more is found by what was sent.
    (office.home / "groups.d/readers.csv").write_bytes(sheet("c@example.org,丙,,"))
    row = office.table("find", "A@example")["found"][0]
    assert (row["address"], row["groups"]) == ("a@example.org", [])
    assert office.fensong("find", "查无此人").returncode == 66
    office.stop()
    assert json.loads(office.does("find", "b@example.org", "--json"))["found"][0]["deliveries"]


def test_find_knows_an_address_in_all_its_forms(keeper):
    office = keeper
    (office.home / "groups.d/readers.csv").write_bytes(sheet("Zhang@例子.org,张三,,"))
    office.send()
    for words in ("zhang@例子.org", "ZHANG＠例子.ORG.", "zhang@xn--fsqu00a.org", "例子", "mailto:zhang@例子.org", "ＺＨＡＮＧ",
                  "张三"):
        row, = office.table("find", words)["found"]
        assert row["address"] == "Zhang@xn--fsqu00a.org" and row["groups"], words
        assert [d["state"] for d in row["deliveries"]] == ["sent"], words


def test_find_looks_through_all_issues_of_a_month(keeper):
    office = keeper
    office.write_group("others", {"name": "别人", "members": [{"address": "x@example.org"}]})
    office.send(bulletin(20), name="20.md", key="2023-20")
    for number in range(21, 28):
        office.send(bulletin(number, groups=("别人",)), name=f"{number}.md", key=f"2023-{number}")
    row, = office.table("find", "a@example.org")["found"]
    assert [d["issue"] for d in row["deliveries"]] == ["2023-20"]


def test_a_difference_is_shown_by_every_name_of_a_group(keeper):
    office = keeper
    office.write_group("readers", {"name": "读者", "aliases": ["读者甲"], "lists": ["readers.csv"]})
    office.send()
    (office.home / "groups.d/readers.csv").write_bytes(sheet("a@example.org,甲,,"))
    for name in ("readers", "读者", "读者甲"):
        (row,) = office.table("groups", name, "--diff", "2023-25")["groups"]
        assert [r["address"] for r in row["gone"]] == ["b@example.org", "c@example.org"]


# --- posts and slips of the pen -----------------------------------------------------------------------

def test_posts_are_held_by_who_posts_conf_says(keeper):
    office, folder = keeper, keeper.home / "groups.d"
    office.write_group("readers", {"name": "读者", "members": [
        {"post": "密云区科协主席"}, {"post": "怀柔区科协主席"}, {"address": "x@example.org"}]})
    folder.joinpath("posts.conf").write_text(
        'posts = (\n  { post = "密云区科协主席"; address = "zhang@example.org"; name = "张三"; },\n'
        '  { post = "怀柔区科协主席"; }\n);\n')
    rows = office.table("groups", "readers", "--expand")["recipients"]
    assert [(r["address"], r["name"], r["title"], r["origin"]) for r in rows] == [
        ("zhang@example.org", "张三", "密云区科协主席", "posts.conf:2"),
        ("x@example.org", None, None, "readers.conf:2")]
    checked = office.fensong("check")
    assert "怀柔区科协主席" in checked.stdout
    text = (folder / "readers.conf").read_text()
    (folder / "readers.conf").write_text(text + "require_posts = true;\n")
    done = office.fensong("groups", "readers", "--expand")
    assert done.returncode == 65 and "怀柔区科协主席" in done.stderr


@pytest.mark.parametrize("slip, meant", [("a@qq.con", "qq.com"), ("a@163.cm", "163.com"),
                                         ("a@gmial.com", "gmail.com"), ("a@foxmial.com", "foxmail.com"),
                                         ("a@qqcom.cn", None), ("a@mail.com", None), ("a@bast.cn", None)])
def test_slips_of_the_pen_are_pointed_out(keeper, slip, meant):
    office = keeper
    (office.home / "groups.d/readers.csv").write_bytes(sheet(f"{slip},甲,,"))
    said = office.check_config()
    assert said.returncode == 0
    assert (meant is not None) == ("readers.csv:2" in said.stdout)
    assert meant is None or meant in said.stdout


def test_two_addresses_that_differ_in_case_are_pointed_out_before_an_issue(keeper):
    office = keeper
    office.write_group("others", {"name": "别人", "members": [{"address": "A@example.org"}]})
    said = office.check_config()
    assert said.returncode == 0
    assert "a@example.org（readers.csv:2）" in said.stdout and "A@example.org（others.conf:2）" in said.stdout


def test_a_hundred_thousand_members_are_shown(open_office, server):
    office = open_office([server])
    (office.home / "groups.d/readers.conf").write_text('name = "读者";\nlists = [ "readers.csv" ];\n')
    (office.home / "groups.d/readers.csv").write_bytes(
        sheet(*(f"r{n}@example.org,读者{n},," for n in range(100000))))
    assert office.does("groups", "readers", "--expand").count("@example.org") == 100000
