"""The house stands as it was drawn: includes go down, words are translated, nothing is left over."""
import pathlib, re, subprocess

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
# A folder may include what stands further down this list, never what stands above it.
ORDER = ("daemon src/cli src/intake src/control src/dispatch src/report src/outbox src/mail src/people "
         "src/queue src/issue src/smtp src/parcel src/fetch src/conf src/base").split()
SOURCES = sorted([*TOP.glob("src/*/*.[ch]"), *TOP.glob("daemon/*.[ch]")])


def room(path):
    parts = path.relative_to(TOP).parts
    return parts[0] if parts[0] == "daemon" else "/".join(parts[:2])


def test_includes_go_down_only():
    wrong = []
    for path in SOURCES:
        for name in re.findall(r'^\s*#\s*include\s+"([^"]+)"', path.read_text(), re.M):
            target = TOP / "src" / name
            assert target.is_file(), f"{path}: {name} is not named from src/"
            if room(target) != room(path) and ORDER.index(room(target)) < ORDER.index(room(path)):
                wrong.append(f"{path.relative_to(TOP)} -> {name}")
    assert not wrong


def test_every_folder_has_its_floor():
    assert {room(p) for p in SOURCES} <= set(ORDER)


def test_all_words_for_people_are_translated(tmp_path):
    pot, po = tmp_path / "all.pot", tmp_path / "zh_CN.po"
    subprocess.run(["xgettext", "--from-code=UTF-8", "--keyword=_", "--keyword=N_", "-o", pot,
                    *[p for p in SOURCES if p.suffix == ".c"]], check=True)
    subprocess.run(["msgcat", "--use-first", "-o", po,
                    *sorted(TOP.glob("conf/locale/zh_CN/*.po"))], check=True)
    missing = subprocess.run(["msgcmp", "--no-fuzzy-matching", po, pot],
                             text=True, capture_output=True)
    assert missing.returncode == 0, missing.stderr
