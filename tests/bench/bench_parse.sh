#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Parsing (all headers decoded, all text as UTF-8) beside GMime; HTML to text
# beside w3m.
. "${srcdir:-.}/tests/net/lib.sh"
net_begin bench-parse
. "$net/../bench/lib.sh"
PAGES=200

# One process a page, as a mail program would call it.
pages_w3m() {
	cat >"$T/w3m" <<-END
		for page in "$T/pages"/*; do
			w3m -dump -cols 80 -T text/html -I UTF-8 -O UTF-8 "\$page"
		done
	END
	measure --times "$BENCH_TIMES" "$T/html" w3m-one-a-page sh "$T/w3m"
}

pages_show() {
	cat >"$T/show" <<-END
		for page in "$T/mails"/*; do
			"$PABAL" show --file "\$page"
		done
	END
	measure --times "$BENCH_TIMES" "$T/html" pabal-show-one-a-page \
		sh "$T/show"
}

# counted NAME PROGRAM: "NAME messages calls bytes", or nothing where calls
# cannot be counted.
counted() {
	"$BENCH_BIN/$2" "$T/made" | awk -v name="$1" '$6 > 0 { print name, $1, $6, $7 }'
}

# The ratios are to the first line.
alloc_table() {
	awk '
		NR == 1 {
			calls = $3 / $2
			bytes = $4 / $2
			printf "  %-22s %12s %12s %8s %8s\n", "",
				"allocations", "bytes", "x allocs", "x bytes"
		}
		{
			printf "  %-22s %12.1f %12.0f %8.1f %8.2f\n", $1,
				$3 / $2, $4 / $2, $3 / $2 / calls, $4 / $2 / bytes
		}' "$1"
}

echo "parse: $BENCH_MESSAGES messages, files in memory"
corpus "$T/made" "$BENCH_MESSAGES" || exit 1
measure --times "$BENCH_TIMES" "$T/parse" pabal "$BENCH_BIN/bench_mime" "$T/made"
if [ -x "$BENCH_BIN/bench_gmime" ]; then
	measure --times "$BENCH_TIMES" "$T/parse" gmime \
		"$BENCH_BIN/bench_gmime" "$T/made"
fi
table "$T/parse" pabal "$BENCH_MESSAGES"

echo "allocations of a message (the file's bytes and all libraries included)"
counted pabal bench_mime_count >"$T/alloc"
[ -x "$BENCH_BIN/bench_gmime_count" ] &&
	counted gmime bench_gmime_count >>"$T/alloc"
alloc_table "$T/alloc"

echo "HTML to text: $PAGES pages"
corpus --html "$T/pages" "$PAGES"
corpus --html-mail "$T/mails" "$PAGES"
measure --times "$BENCH_TIMES" "$T/html" pabal-batch "$BENCH_BIN/bench_html" \
	"$T/pages"
pages_show
have w3m && pages_w3m
table "$T/html" pabal-batch "$PAGES"
