#!/bin/sh
# Runs each fuzz target of this folder for so many seconds in all, from its seeds; what it finds new stays
# in build/fuzz/corpus. Ends with 1 at the first crash, which is then in build/fuzz.
#
#     tests/fuzz/run.sh SECONDS [TARGET…]
set -eu
cd "$(dirname "$0")/../.."
seconds=$1
shift
[ $# -gt 0 ] || set -- $(ls tests/fuzz/*.c | xargs -n1 basename | sed 's/\.c$//')
make -s CC=clang SANITIZE=fuzzer-no-link,address,undefined BUILD=build/fuzz build/fuzz/libfensong.a
flags=$(make -s CC=clang SANITIZE=fuzzer-no-link,address,undefined BUILD=build/fuzz print-fuzz-flags)
for target; do
    mkdir -p "build/fuzz/corpus/$target" "tests/fuzz/seeds/$target"
    eval "clang -fsanitize=fuzzer,address,undefined $(echo "$flags" | sed "s|@|tests/fuzz/$target.c|") -o build/fuzz/$target"
    echo "$target: $((seconds / $#)) s"
    LSAN_OPTIONS=detect_leaks=1 "build/fuzz/$target" -max_total_time=$((seconds / $#)) -max_len=65536 \
        -timeout=20 -artifact_prefix="build/fuzz/$target-" -print_final_stats=0 -verbosity=0 \
        "build/fuzz/corpus/$target" "tests/fuzz/seeds/$target"
done
