#!/bin/sh
# The main job on this machine: a real SMTP server on a free loopback port, fensongd on a folder of its
# own with the shipped groups, and the real issue dropped into its outbox. Leaves nothing running.
#
#     tests/demo.sh BUILD-FOLDER
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "$1" && pwd)
home=$build/demo
server= daemon=

end() {
    [ -z "$daemon" ] || kill "$daemon" 2>/dev/null || :
    [ -z "$daemon" ] || wait "$daemon" 2>/dev/null || :
    [ -z "$server" ] || kill "$server" 2>/dev/null || :
    [ -z "$server" ] || wait "$server" 2>/dev/null || :
}
trap end EXIT
trap 'exit 1' INT TERM

rm -rf "$home"
mkdir -p "$home/state" "$home/weekly/outbox"

/usr/bin/python3 "$top/tests/demo_server.py" "$home/mail" "$home/port" 2>"$home/server.log" &
server=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    [ -s "$home/port" ] && break
    sleep 0.2
done
port=$(cat "$home/port")
echo "An SMTP server listens on 127.0.0.1:$port; what it gets goes to $home/mail/"

cat >"$home/fensong.conf" <<CONF
language = "zh_CN"; state_dir = "$home/state"; groups_dir = "$top/conf/groups.d";
hostname = "office.example.org";
publications = ( { id = "weekly"; name = "科协每周动态"; folder = "$home/weekly"; settle = "1s";
  from = "北京市科协办公室 <weekly@example.org>"; reply_to = "contact"; list_id = "weekly.example.org";
  subject = "{name} {year}年第{number}期（总第{total}期）";
  require = [ "date", "editor", "reviewer", "distribution" ]; report_to = [ "editor@example.org" ]; } );
relays = ( { name = "demo"; host = "127.0.0.1"; port = $port; tls = "none"; } );
retry = { delays = [ "2s" ]; give_up_after = "1h"; };
CONF

"$build/fensongd" --config "$home/fensong.conf" 2>"$home/fensongd.log" &
daemon=$!
echo "fensongd runs; its log is $home/fensongd.log"
"$build/fensong" --config "$home/fensong.conf" check "$top/tests/data/weekly-2023-25.md"

cp "$top/tests/data/weekly-2023-25.md" "$home/weekly/.25.tmp"
mv "$home/weekly/.25.tmp" "$home/weekly/outbox/第25期.md"
echo "The real issue lies in the outbox: $home/weekly/outbox/第25期.md"
tries=0
until "$build/fensong" --config "$home/fensong.conf" status 2023-25 >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || { echo "the issue was not accepted; see $home/fensongd.log" >&2; exit 1; }
    sleep 0.1
done
# A terminal sees it go on; a file gets the one table at the end.
[ ! -t 1 ] || "$build/fensong" --config "$home/fensong.conf" status 2023-25 --watch
tries=0
until [ -s "$home/weekly/sent/2023-25/report.html" ] && grep -lqs "editor@example.org" "$home"/mail/new/*; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || { echo "there is no report; see $home/fensongd.log" >&2; exit 1; }
    sleep 0.1
done
[ -t 1 ] || "$build/fensong" --config "$home/fensong.conf" status 2023-25

echo
echo "Look at:"
echo "  the mail as it came      $(ls "$home"/mail/new/* | head -n 1)"
echo "  the same as HTML         $home/weekly/../preview.html" | sed "s|weekly/../||"
echo "  who has it, who has not  $home/weekly/sent/2023-25/report.html (report.csv)"
cp "$home"/state/spool/parcels/weekly-2023-25-*/preview.html "$home/preview.html"
