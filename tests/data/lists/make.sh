#!/bin/sh
# Makes the lists of this folder with LibreOffice (Debian: libreoffice-calc), as an office would save
# them: members.fods, written by hand, is what was typed. Run it here; look at what changed.
set -e
cd "$(dirname "$0")"
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
office() {
    soffice "-env:UserInstallation=file://$profile" --headless --convert-to "$@" >/dev/null
}
csv='csv:Text - txt - csv (StarCalc)'

office xlsx members.fods
office xls members.fods
# Field separator, text delimiter, charset (85: GB18030, 76: UTF-8, 65535: UTF-16), first line. Sheet 1.
office "$csv:44,34,85,1,,0,false,true,false,false,false,1" --outdir "$profile/gb18030" members.fods
office "$csv:59,34,76,1,,0,true,true,false,false,false,1" --outdir "$profile/semicolon" members.fods
office "$csv:9,34,65535,1,,0,false,true,false,false,false,1" --outdir "$profile/utf16" members.fods
for form in gb18030 semicolon utf16; do
    mv "$profile/$form"/members*.csv "members-$form.csv"
done
