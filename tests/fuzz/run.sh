#!/bin/sh
# Builds each fuzz target with clang's libFuzzer, ASan and UBSan, and runs it for so many seconds over
# tests/fuzz/corpus/NAME (kept) and a folder of its own (grown). Says how often it ran; ends at the
# first crash, and keeps what crashed it in build/fuzz/.
#
#     tests/fuzz/run.sh SECONDS [TARGET…]
set -eu
cd "$(dirname "$0")/../.."
seconds=$1
shift
[ $# -gt 0 ] || set -- $(cd tests/fuzz && ls ./*.c | sed 's|^./||; s|\.c$||; /^replay$/d')
variant=build/variant-clang-address-undefined-fuzzer-no-link
make --no-print-directory -s -j"$(nproc)" CC=clang SANITIZE=address,undefined,fuzzer-no-link \
    $variant/libfensong.a $variant/src/smtp/wire_reply.o
packages=$(make --no-print-directory -s print-packages)
mkdir -p build/fuzz
for target; do
    program=build/fuzz/$target
    grown=build/fuzz/corpus-$target
    log=build/fuzz/$target.log
    mkdir -p "$grown"
    # shellcheck disable=SC2046,SC2086
    clang -g -O1 -std=gnu17 -D_GNU_SOURCE -Isrc -fsanitize=fuzzer,address,undefined \
        -fno-sanitize-recover=undefined $(pkg-config --cflags $packages) \
        -o "$program" "tests/fuzz/$target.c" $variant/src/smtp/wire_reply.o $variant/libfensong.a \
        $(pkg-config --libs $packages) -lcmark-gfm-extensions -lesmtp -lcsv -lunistring
    began=$(date +%s)
    if ! "$program" -max_total_time="$seconds" -print_final_stats=1 -rss_limit_mb=2048 -timeout=10 \
        -artifact_prefix="build/fuzz/$target-" "$grown" "tests/fuzz/corpus/$target" > "$log" 2>&1; then
        tail -n 40 "$log"
        echo "$target: it crashed; what did it is in build/fuzz/$target-*" >&2
        exit 1
    fi
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    echo "$target: $executions executions, $(($(date +%s) - began)) s, 0 crashes, $(ls "$grown" | wc -l) inputs"
done
