"""Lists from servers and files: fensong-fetch asks an HTTP server and slapd, and the copies that it keeps
stand where a list can't be had."""
import http.server, json, os, pathlib, shutil, signal, socket, socketserver, subprocess, threading, time

import pytest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ.get("FENSONG_BUILD", TOP / "build")).resolve()
GOOD = "邮箱,姓名\na@example.org,张三\nb@example.org,李四\n".encode()


class Site(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """Answers as it is told: `answer` is called with each request."""
    daemon_threads = True

    def __init__(self):
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                site.requests.append(dict(self.headers))
                try:
                    site.answer(self)
                except (BrokenPipeError, ConnectionResetError):
                    pass

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        self.requests = []
        self.answer = send(GOOD)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/members.csv"


def send(body, status=200, kind="text/csv; charset=utf-8", **headers):
    def answer(request):
        request.send_response(status)
        if kind:
            request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)
    return answer


def send_unless_known(body, etag="\"1\"", date="Thu, 16 Nov 2023 00:00:00 GMT"):
    def answer(request):
        known = (request.headers.get("If-None-Match") == etag and
                 request.headers.get("If-Modified-Since") == date)
        if known:
            request.send_response(304)
            request.send_header("ETag", etag)
            request.end_headers()
        else:
            send(body, ETag=etag, Last_Modified=date)(request)
    return answer


@pytest.fixture
def site():
    with Site() as site:
        yield site
        site.shutdown()


class Lists:
    """An office's configuration with one group."""

    def __init__(self, folder, lists, more=""):
        self.folder = folder
        self.groups = folder / "groups.d"
        self.groups.mkdir(parents=True)
        (folder / "fensong.conf").write_text(f"""
language = "en"; state_dir = "{folder}/state"; groups_dir = "groups.d"; list_max_age = "2h";
publications = ( {{ id = "weekly"; name = "科协每周动态"; folder = "{folder}/weekly";
                    from = "weekly@example.org"; }} );
relays = ( {{ name = "r"; host = "127.0.0.1"; port = 9; tls = "none"; }} );
""")
        self.set(lists, more)

    def set(self, lists, more=""):
        names = ", ".join(json.dumps(name, ensure_ascii=False) for name in lists)
        (self.groups / "leaders.conf").write_text(f'name = "领导";\nlists = [ {names} ];\n{more}\n')

    def run(self, program, *arguments, timeout=200):
        return subprocess.run([BUILD / program, "--config", self.folder / "fensong.conf", *arguments],
                              text=True, capture_output=True, timeout=timeout)

    def fetch(self):
        return self.run("fensong-fetch")

    def expand(self):
        done = self.run("fensong", "groups", "leaders", "--expand", "--json")
        if done.returncode:
            return done.stderr
        return [(one["address"], one["name"], one["origin"])
                for one in json.loads(done.stdout)["recipients"]]

    def record(self):
        (record,) = [path for path in (self.folder / "state/copies").glob("*.json")
                     if path.name != "trouble.json"]
        return record, json.loads(record.read_text())

    def age(self, seconds):
        """As if it had last been good so long ago."""
        path, record = self.record()
        record["good_at"] -= seconds * 1000000
        path.write_text(json.dumps(record, ensure_ascii=False))


@pytest.fixture
def open_lists(tmp_path):
    return lambda lists, more="": Lists(tmp_path / "office", lists, more)


def addresses(expanded):
    return [one[0] for one in expanded]


# --- HTTP -------------------------------------------------------------------------------------------

def test_a_list_is_fetched_and_says_where_it_came_from(open_lists, site):
    office = open_lists([site.url])
    assert "not fetched yet" in office.expand()
    assert office.fetch().returncode == 0
    assert office.expand() == [("a@example.org", "张三", f"{site.url}:2"),
                               ("b@example.org", "李四", f"{site.url}:3")]


def test_304_keeps_the_copy(open_lists, site):
    site.answer = send_unless_known(GOOD)
    office = open_lists([site.url])
    assert office.fetch().returncode == 0
    office.age(3600)
    before = office.record()[1]["good_at"]
    assert office.fetch().returncode == 0
    assert "If-None-Match" in site.requests[1] and "If-None-Match" not in site.requests[0]
    assert office.record()[1]["good_at"] > before
    assert addresses(office.expand()) == ["a@example.org", "b@example.org"]


def test_304_without_a_copy_is_not_believed(open_lists, site):
    site.answer = send(b"", 304)
    office = open_lists([site.url])
    assert office.fetch().returncode == 69
    assert "HTTP 304" in office.expand()


def test_a_changed_list_replaces_the_copy_and_the_old_one_goes(open_lists, site):
    office = open_lists([site.url])
    office.fetch()
    site.answer = send("邮箱\nc@example.org\n".encode())
    assert office.fetch().returncode == 0
    assert addresses(office.expand()) == ["c@example.org"]
    assert len(list((office.folder / "state/copies").iterdir())) == 3


def cut(request):
    request.send_response(200)
    request.send_header("Content-Type", "text/csv")
    request.send_header("Content-Length", str(len(GOOD)))
    request.end_headers()
    request.wfile.write(GOOD[:-20])
    request.close_connection = True


def cut_chunks(request):
    request.send_response(200)
    request.send_header("Content-Type", "text/csv")
    request.send_header("Transfer-Encoding", "chunked")
    request.end_headers()
    request.wfile.write(b"5\r\nadd")
    request.close_connection = True


def without_end(request):
    request.send_response(200)
    request.send_header("Content-Type", "text/csv")
    request.end_headers()
    request.wfile.write(GOOD[:-20])
    request.close_connection = True


def too_large(request):
    request.send_response(200)
    request.send_header("Content-Type", "text/csv")
    request.send_header("Content-Length", str(1 << 40))
    request.end_headers()
    request.wfile.write(b"x" * 1000)


def redirect_to_file(request):
    request.send_response(302)
    request.send_header("Location", "file:///etc/passwd")
    request.send_header("Content-Length", "0")
    request.end_headers()


@pytest.mark.parametrize("answer, words", [
    (send(b"", 500), "HTTP 500"),
    (send(b"gone", 404), "HTTP 404"),
    (send(b"<html>log in</html>", 200, "text/html"), "text/html"),
    (send(b"", 200), "empty"),
    (send("邮箱\nnobody\n".encode()), "no @"),
    (send(b"\xff\xff\xff\xff,\xff\n"), "neither UTF-8 nor GB18030"),
    (send(GOOD, 206), "HTTP 206"),
    (cut, ""),
    (cut_chunks, ""),
    (without_end, "does not say where it ends"),
    (too_large, "too large"),
    (redirect_to_file, ""),
], ids=["500", "404", "a page", "nothing", "a wrong row", "no text", "a part", "cut", "chunks cut",
        "no length", "too large", "a redirection to a file"])
def test_what_is_no_whole_list_leaves_the_copy(open_lists, site, answer, words):
    office = open_lists([site.url])
    office.fetch()
    site.answer = answer
    done = office.fetch()
    assert done.returncode in (65, 69) and words in done.stderr
    assert addresses(office.expand()) == ["a@example.org", "b@example.org"]
    check = office.run("fensongd", "--check-config")
    assert "its last good copy" in check.stdout


def test_a_server_that_is_gone_leaves_the_copy(open_lists, site):
    office = open_lists([site.url])
    office.fetch()
    site.shutdown()
    site.server_close()
    assert office.fetch().returncode == 69
    assert addresses(office.expand()) == ["a@example.org", "b@example.org"]
    record = office.record()[1]
    assert record["trouble"] and record["trouble_since"]


def test_a_login_goes_to_its_server_alone(open_lists, site, tmp_path):
    (tmp_path / "password").write_text("geheim\n")
    office = open_lists([site.url], f'fetch = {{ user = "u"; password_file = "{tmp_path}/password"; }};')
    assert office.fetch().returncode == 0
    assert site.requests[0]["Authorization"] == "Basic dTpnZWhlaW0="
    with Site() as other:
        def redirect(request):
            request.send_response(302)
            request.send_header("Location", other.url.replace("127.0.0.1", "localhost"))
            request.send_header("Content-Length", "0")
            request.end_headers()
        site.answer = redirect
        assert office.fetch().returncode == 0
        assert "Authorization" not in other.requests[0]
        other.shutdown()


def test_xlsx_from_a_server(open_lists, site):
    body = (TOP / "tests/data/lists/members.xlsx").read_bytes()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    site.answer = send(body, 200, kind)
    url = site.url.replace(".csv", ".xlsx")
    office = open_lists([url + "#外部联系人"])
    assert office.fetch().returncode == 0
    assert office.expand() == [("guest@example.org", "Guest", f"{url}:外部 联系人!A2")]


def test_an_unverified_server_is_refused(open_lists, tmp_path):
    import ssl
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                    "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout",
                    tmp_path / "key", "-out", tmp_path / "cert"], check=True, capture_output=True)
    with Site() as site:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / "cert", tmp_path / "key")
        site.socket = context.wrap_socket(site.socket, server_side=True)
        url = f"https://localhost:{site.server_port}/members.csv"
        office = open_lists([url])
        assert office.fetch().returncode == 69
        office.set([url], f'fetch = {{ ca_file = "{tmp_path}/cert"; }};')
        assert office.fetch().returncode == 0
        assert addresses(office.expand()) == ["a@example.org", "b@example.org"]
        site.shutdown()


# --- files ------------------------------------------------------------------------------------------

def settle():
    """A refresh takes a file that was changed just now for half of what is to come."""
    time.sleep(4.1)


@pytest.mark.parametrize("broken", ["", "邮箱\na@example.org\nb@exam", "邮箱,姓名\n\"a@example.org", None,
                                    GOOD.decode()[:-6], GOOD.decode()[:5]],
                         ids=["emptied", "cut in an address", "cut in a quote", "gone",
                              "cut where it reads whole", "cut in the header"])
def test_a_file_saved_half_way_shrinks_nothing(open_lists, broken):
    office = open_lists(["leaders.csv"])
    file = office.groups / "leaders.csv"
    file.write_bytes(GOOD)
    settle()
    assert office.fetch().returncode == 0
    if broken is None:
        file.unlink()
    else:
        file.write_text(broken)
    assert addresses(office.expand()) == ["a@example.org", "b@example.org"]
    check = office.run("fensongd", "--check-config")
    assert check.returncode == 78 and "leaders.csv" in check.stderr
    assert "its last good copy" in check.stdout
    settle()
    assert office.fetch().returncode == 65
    assert addresses(office.expand()) == ["a@example.org", "b@example.org"]
    file.write_text("邮箱\nc@example.org\n")
    assert addresses(office.expand()) == ["c@example.org"]


def test_a_broken_file_without_a_copy_is_refused(open_lists):
    office = open_lists(["leaders.csv"])
    (office.groups / "leaders.csv").write_text("邮箱\nb@exam")
    assert "leaders.csv:2:" in office.expand()


def test_copies_of_lists_that_no_group_names_go(open_lists):
    office = open_lists(["leaders.csv"])
    (office.groups / "leaders.csv").write_bytes(GOOD)
    settle()
    office.fetch()
    assert len(list((office.folder / "state/copies").iterdir())) == 3
    office.set([])
    office.fetch()
    assert [path.name for path in (office.folder / "state/copies").iterdir()] == ["trouble.json"]


# --- LDAP -------------------------------------------------------------------------------------------

BASE = "dc=example,dc=org"
PEOPLE = f"""dn: {BASE}
objectClass: dcObject
objectClass: organization
dc: example
o: example

dn: ou=people,{BASE}
objectClass: organizationalUnit
ou: people

""" + "".join(f"""dn: cn={cn},ou=people,{BASE}
objectClass: inetOrgPerson
cn: {cn}
sn: {cn}
title: {title}
o: {o}
{mails}
""" for cn, title, o, mails in [
    ("张三", "主席", "市科协", "mail: zhang@example.org\n"),
    ("李(四)", "副主席", "市科协", "mail: li@example.org\nmail: li2@example.org\n"),
    ("Wang Wu", "Member", "Other", "mail: wang@example.org\n"),
    ("无邮箱", "委员", "市科协", ""),
])


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture
def directory(tmp_path):
    """slapd with its own configuration; yields a function from what follows the host to a URL."""
    slapd = shutil.which("slapd", path="/usr/sbin:/usr/bin")
    assert slapd, "slapd is missing (make deps-check)"
    folder = tmp_path / "slapd"
    (folder / "data").mkdir(parents=True)
    (folder / "slapd.conf").write_text(f"""
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
pidfile {folder}/pid
modulepath /usr/lib/ldap
moduleload back_mdb
database mdb
suffix "{BASE}"
rootdn "cn=admin,{BASE}"
rootpw geheim
directory {folder}/data
sizelimit 1
access to dn.subtree="ou=people,{BASE}" by * read
access to * by * read
""")
    (folder / "people.ldif").write_text(PEOPLE)
    subprocess.run(["slapadd", "-f", folder / "slapd.conf", "-l", folder / "people.ldif"], check=True,
                   capture_output=True, env=dict(os.environ, PATH="/usr/sbin:/usr/bin:/bin"))
    port = free_port()
    server = subprocess.Popen([slapd, "-d", "0", "-f", folder / "slapd.conf", "-h",
                               f"ldap://127.0.0.1:{port}/"], stderr=subprocess.DEVNULL)
    for _ in range(100):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield lambda rest: f"ldap://127.0.0.1:{port}/{rest}"
    server.send_signal(signal.SIGTERM)
    server.wait(20)


LOGIN = 'fetch = {{ user = "cn=admin,dc=example,dc=org"; password_file = "{}/password"; }};'


def test_a_directory_is_a_list(open_lists, directory, tmp_path):
    (tmp_path / "password").write_text("geheim")
    office = open_lists([directory(f"ou=people,{BASE}??sub?(objectClass=inetOrgPerson)")],
                        LOGIN.format(tmp_path))
    done = office.fetch()
    assert done.returncode == 0, done.stderr
    people = office.expand()
    assert addresses(people) == ["li@example.org", "li2@example.org", "wang@example.org",
                                 "zhang@example.org"]
    assert people[3][1:] == ("张三", f"cn=张三,ou=people,{BASE}")
    assert people[0][1] == "李(四)"


@pytest.mark.parametrize("filter, found", [
    ("(o=市科协)", ["li@example.org", "li2@example.org", "zhang@example.org"]),
    (r"(cn=李\28四\29)", ["li@example.org", "li2@example.org"]),
    ("(&(o=Other)(mail=*))", ["wang@example.org"]),
])
def test_a_filter_chooses(open_lists, directory, tmp_path, filter, found):
    (tmp_path / "password").write_text("geheim")
    office = open_lists([directory(f"ou=people,{BASE}??one?{filter}")], LOGIN.format(tmp_path))
    assert office.fetch().returncode == 0
    assert addresses(office.expand()) == found


def test_more_entries_than_the_directory_gives_are_an_error(open_lists, directory):
    office = open_lists([directory(f"ou=people,{BASE}??sub?(mail=*)")])
    done = office.fetch()
    assert done.returncode == 69 and "sizeLimitExceeded" in done.stderr


@pytest.mark.parametrize("rest", ["ou=nobody,dc=example,dc=org", "ou=people,dc=example,dc=org??sub?(mail=)"],
                         ids=["no such base", "no filter"])
def test_what_a_directory_refuses_is_told(open_lists, directory, tmp_path, rest):
    (tmp_path / "password").write_text("geheim")
    office = open_lists([directory(rest)], LOGIN.format(tmp_path))
    assert office.fetch().returncode == 69 or rest.endswith("(mail=)")


def test_a_wrong_password_is_told(open_lists, directory, tmp_path):
    (tmp_path / "password").write_text("falsch")
    office = open_lists([directory(f"ou=people,{BASE}")], LOGIN.format(tmp_path))
    done = office.fetch()
    assert done.returncode == 69 and "falsch" not in done.stderr


# --- age --------------------------------------------------------------------------------------------

def test_a_copy_that_is_too_old_is_told(open_lists, site):
    office = open_lists([site.url])
    office.fetch()
    site.answer = send(b"", 500)
    office.fetch()
    office.age(3 * 3600)
    check = office.run("fensongd", "--check-config")
    assert "older than list_max_age" in check.stdout
    assert addresses(office.expand()) == ["a@example.org", "b@example.org"]


# --- with the daemon --------------------------------------------------------------------------------

@pytest.fixture
def open_daemon(tmp_path, site):
    """open_daemon(): the shipped groups, one of which has its list on the site, and fensongd."""
    daemons = []

    def start():
        office = Lists(tmp_path / "office", [])
        shutil.rmtree(office.groups)
        shutil.copytree(TOP / "conf/groups.d", office.groups)
        (office.groups / "leaders.conf").write_text(
            f'name = "市科协驻会领导";\nlists = [ "{site.url}" ];\n')
        conf = office.folder / "fensong.conf"
        conf.write_text(conf.read_text() + 'admins = [ "admin@example.org" ];\n')
        (office.folder / "weekly").mkdir()
        daemons.append(subprocess.Popen([BUILD / "fensongd", "--config", conf],
                                        stderr=open(office.folder / "log", "w")))
        return office

    yield start
    for daemon in daemons:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(20)


def wait_for(condition, seconds=30):
    for _ in range(seconds * 10):
        if condition():
            return True
        time.sleep(0.1)
    return False


def test_the_daemon_asks_at_its_start_and_tells_admins_of_trouble(open_daemon, site):
    site.answer = send(b"", 503)
    office = open_daemon()
    parcels = office.folder / "state/spool/parcels"
    assert wait_for(lambda: parcels.exists() and list(parcels.glob("weekly-lists.*"))), \
        (office.folder / "log").read_text()
    (parcel,) = parcels.glob("weekly-lists.*")
    assert "admin@example.org" in (parcel / "recipients.csv").read_text()
    assert (office.folder / "state/copies/trouble.json").read_text().count("HTTP 503")


def test_an_issue_for_a_list_that_is_too_old_is_held(open_daemon, site):
    office = open_daemon()
    record = lambda: [path for path in (office.folder / "state/copies").glob("*.json")
                      if site.url in path.read_text()]
    assert wait_for(record), (office.folder / "log").read_text()
    site.answer = send(b"", 503)
    path, = record()
    known = json.loads(path.read_text())
    known["good_at"] -= 3 * 3600 * 1000000
    path.write_text(json.dumps(known))
    assert wait_for(lambda: (office.folder / "weekly/outbox").exists())
    shutil.copy(TOP / "tests/data/weekly-2023-25.md", office.folder / "weekly/outbox/issue.md")

    def issue():
        done = office.run("fensong", "status", "2023-25", "--json")
        return json.loads(done.stdout)["issues"][0] if done.returncode == 0 else None
    assert wait_for(issue, 60), (office.folder / "log").read_text()
    assert issue()["state"] == "held" and issue()["why"] == "lists"
