#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Counts the single tests of the last make check in this build folder and ends
# with the line "N passed, N failed".  A skipped test counts as failed when
# PABAL_CI is set.
passed=0
failed=0
skipped=0
for trs in $(find tests -name '*.trs' | sort); do
	log=${trs%.trs}.log
	result=$(sed -n 's/^:test-result: //p' "$trs" | head -n 1)
	# What the test says of itself: cmocka's lines, or its closing line.
	p=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p; s/^\([0-9]*\) passed, [0-9]* failed$/\1/p' "$log" |
		awk '{ n += $1 } END { print n + 0 }')
	f=$(sed -n 's/^\[  FAILED  \] \([0-9]*\) test.*/\1/p; s/^[0-9]* passed, \([0-9]*\) failed$/\1/p' "$log" |
		awk '{ n += $1 } END { print n + 0 }')
	case $result in
	PASS) [ "$p" -gt 0 ] || p=1; f=0 ;;
	SKIP) p=0; f=0; skipped=$((skipped + 1)); echo "skipped: $log" ;;
	*) [ "$f" -gt 0 ] || f=1; echo "failed: $log" ;;
	esac
	passed=$((passed + p))
	failed=$((failed + f))
done
if [ -n "$PABAL_CI" ]; then
	failed=$((failed + skipped))
elif [ "$skipped" -gt 0 ]; then
	echo "$skipped skipped"
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
