#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Fuzzes one target with libFuzzer:   tests/fuzz/run.sh TARGET [SECONDS]
# Needs clang and its fuzzer runtime (Debian: clang-14 libclang-rt-14-dev).
# Findings are left below FOLDER (default: fuzz-out) as files to keep as seeds.
set -e
top=$(cd "$(dirname "$0")/../.." && pwd)
name=${1:?target}
seconds=${2:-60}
out=${FOLDER:-fuzz-out}/$name
mkdir -p "$out/corpus" "$out/util"
# What make would have made of the catalogue.
awk -f "$top/po/reasons.awk" "$top/po/pabal.pot" >"$out/util/reason_table.inc"
clang=$(command -v clang-14 || command -v clang)
libs=$(pkg-config --libs libpcre2-8 sqlite3 openssl)
dict=
[ -f "$top/tests/fuzz/fuzz_$name.dict" ] && dict="-dict=$top/tests/fuzz/fuzz_$name.dict"
"$clang" -g -O1 -std=gnu11 -D_GNU_SOURCE -fsanitize=fuzzer,address,undefined \
	-fno-sanitize-recover=all -DPACKAGE_VERSION='"fuzz"' \
	-DPABAL_DATADIR='"/nonexistent"' -DPABAL_LOCALEDIR='"/nonexistent"' \
	-I"$top/core" -I"$top/tests" -I"$top" -I"$out" \
	"$top/tests/fuzz/fuzz_$name.c" \
	"$top"/core/util/*.c "$top"/core/text/*.c "$top"/core/mime/*.c \
	"$top"/core/net/*.c "$top"/core/proto/*.c "$top"/core/conf/*.c \
	"$top"/core/store/*.c "$top"/core/mail/*.c \
	"$top"/tui/action.c "$top"/tui/key.c "$top"/tui/keymap.c \
	"$top"/tui/compose*.c "$top"/tui/pane_compose.c "$top"/tui/edit*.c \
	"$top"/tui/grid.c "$top"/tui/reflow.c "$top"/tui/text_fmt.c \
	"$top"/tui/w_line.c "$top"/tui/theme.c \
	$libs -lunistring -lresolv -lpthread -lm -o "$out/fuzz_$name"
# shellcheck disable=SC2086
"$out/fuzz_$name" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=1024 \
	-artifact_prefix="$out/" $dict "$out/corpus" "$top/tests/fuzz/seeds/$name"
