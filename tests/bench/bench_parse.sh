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

echo "parse: $BENCH_MESSAGES messages, files in memory"
corpus "$T/made" "$BENCH_MESSAGES" || exit 1
measure --times "$BENCH_TIMES" "$T/parse" pabal "$BENCH_BIN/bench_mime" "$T/made"
if [ -x "$BENCH_BIN/bench_gmime" ]; then
	measure --times "$BENCH_TIMES" "$T/parse" gmime \
		"$BENCH_BIN/bench_gmime" "$T/made"
fi
table "$T/parse" pabal "$BENCH_MESSAGES"

echo "HTML to text: $PAGES pages"
corpus --html "$T/pages" "$PAGES"
corpus --html-mail "$T/mails" "$PAGES"
measure --times "$BENCH_TIMES" "$T/html" pabal-batch "$BENCH_BIN/bench_html" \
	"$T/pages"
pages_show
have w3m && pages_w3m
table "$T/html" pabal-batch "$PAGES"
