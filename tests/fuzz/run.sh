#!/bin/sh
# Builds each fuzz target with clang's libFuzzer, ASan and UBSan, and runs it for so many seconds over
# tests/fuzz/corpus/NAME (kept) and a folder of its own (grown). Stops at the first crash.
#
#     tests/fuzz/run.sh SECONDS [TARGET…]
set -eu
cd "$(dirname "$0")/../.."
seconds=$1
shift
[ $# -gt 0 ] || set -- $(cd tests/fuzz && ls ./*.c | sed 's|^./||; s|\.c$||')
make --no-print-directory -s -j"$(nproc)" CC=clang SANITIZE=address,undefined,fuzzer-no-link \
    build/variant-clang-address-undefined-fuzzer-no-link/libfensong.a
library=build/variant-clang-address-undefined-fuzzer-no-link/libfensong.a
packages="libconfig libcmark-gfm gmime-3.0 libmicrohttpd libsystemd sqlite3 jansson libidn2 libcurl openssl glib-2.0 libseccomp $(make -s print-more-packages 2>/dev/null || :)"
for target; do
    program=build/fuzz/$target
    mkdir -p build/fuzz "build/fuzz/corpus-$target"
    # shellcheck disable=SC2046,SC2086
    clang -g -O1 -std=gnu17 -D_GNU_SOURCE -Isrc -fsanitize=fuzzer,address,undefined $(pkg-config --cflags $packages) \
        -o "$program" "tests/fuzz/$target.c" "$library" $(pkg-config --libs $packages) \
        -lcmark-gfm-extensions -lesmtp -lcsv -lunistring
    seeds=
    [ ! -d "tests/fuzz/corpus/$target" ] || seeds=tests/fuzz/corpus/$target
    echo "$target: $seconds s"
    # shellcheck disable=SC2086
    "$program" -max_total_time="$seconds" -print_final_stats=1 -rss_limit_mb=2048 -timeout=10 \
        -artifact_prefix="build/fuzz/$target-" "build/fuzz/corpus-$target" $seeds 2>&1 |
        tail -n 4
done
