#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Replays the seeds of every fuzz target that was built.
top=${srcdir:-$(dirname "$0")/../..}
passed=0
failed=0
for target in ${FUZZ_TARGETS:?}; do
	name=${target##*/fuzz_}
	if "./$target" "$top/tests/fuzz/seeds/$name"; then
		passed=$((passed + 1))
	else
		echo "FAILED: $name"
		failed=$((failed + 1))
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
