#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The spam filter beside bogofilter, on made mail or on BENCH_SPAM="INDEX ...".
. "${srcdir:-.}/tests/net/lib.sh"
net_begin bench-spam
. "$net/../bench/lib.sh"
# Not quoted: several.
python3 "$bench/spam_eval.py" --pabal "$PABAL" $BENCH_SPAM
