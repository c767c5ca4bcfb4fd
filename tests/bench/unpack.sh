#!/bin/sh
# Unpacks Exim and mlmmj, which can't be installed beside Postfix or need not be, into a folder.
#
#     tests/bench/unpack.sh FOLDER PACKAGE…
set -eu
folder=$1
shift
[ -e "$folder/.complete" ] && exit 0
mkdir -p "$folder/root"
cd "$folder"
echo "unpacking: $*"
apt-get download -qq "$@" 2>/dev/null || {
    sudo=
    [ "$(id -u)" -eq 0 ] || sudo="sudo"
    $sudo apt-get update -qq
    apt-get download -qq "$@"
}
for package in ./*.deb; do
    dpkg-deb -x "$package" root
done
rm -f ./*.deb
touch .complete
