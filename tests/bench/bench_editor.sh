#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The composer's editor: what a key costs, from the key to the drawn grid, in
# texts of several lengths, in the middle of them.
bin=${BENCH_BIN:-.}
TIMES=200

# counted KIND LINES TIMES: instructions of the whole run.
counted() {
	valgrind --tool=none --log-file=/dev/null true 2>/dev/null || return 1
	valgrind --tool=callgrind --callgrind-out-file=/dev/null \
		"$bin/bench_editor" "$@" 2>&1 >/dev/null |
		sed -n 's/^==[0-9]*== Collected : //p'
}

# per_key KIND LINES: thousands of instructions for one key.
per_key() {
	few=$(counted "$1" "$2" 0) && many=$(counted "$1" "$2" "$TIMES") &&
		echo "$few $many $TIMES" |
		awk '{ printf "%d", ($2 - $1) / $3 / 1000 }'
}

echo "editor: thousands of instructions for a key, in the middle of so many lines"
printf '  %-10s %8s %8s %8s %8s %10s %14s\n' '' 100 1000 10000 ratio \
	'paragraph' 'ms (10000)'
for kind in type enter backspace down paste find resize; do
	a=$(per_key $kind 100)
	b=$(per_key $kind 1000)
	c=$(per_key $kind 10000)
	p=$(per_key $kind 0)
	s=$("$bin/bench_editor" $kind 10000 1000)
	echo "$kind ${a:--} ${b:--} ${c:--} ${p:--} $s" | awk '{
		printf "  %-10s %8s %8s %8s %8s %10s %14.3f\n", $1, $2, $3, $4,
			$2 > 0 ? sprintf("%.2f", $4 / $2) : "-", $5, $6
	}'
done
