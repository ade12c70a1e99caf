# SPDX-License-Identifier: GPL-3.0-or-later
# What the measuring scripts share: sourced after tests/net/lib.sh.
#
#   BENCH_MESSAGES   messages of the corpus (default 10000)
#   BENCH_STORED     messages stored for the start (default 100000)
#   BENCH_TIMES      runs, the median counts (default 3)
: "${BENCH_MESSAGES:=10000}" "${BENCH_STORED:=100000}" "${BENCH_TIMES:=3}"
bench=$net/../bench
export PYTHONDONTWRITEBYTECODE=1

have() {
	command -v "$1" >/dev/null 2>&1
}

corpus() {
	python3 "$bench/make_corpus.py" "$@"
}

measure() {
	python3 "$bench/measure.py" "$@"
}

# ratio FILE NAME BASE COLUMN: how the medians stand to each other; wall is
# column 2, CPU 3, peak 4.
ratio() {
	sort -s -k1,1 -k"$4","$4"n "$1" | awk -v a="$2" -v b="$3" -v c="$4" '
		{
			if (!($1 in first))
				first[$1] = NR
			count[$1]++
			value[NR] = $c
		}
		function of(k) {
			return value[first[k] + int(count[k] / 2)]
		}
		END {
			if (a in first && b in first && of(b) > 0)
				printf "%.2f", of(a) / of(b)
		}'
}

# goal WORDS MEASURED SIGN LIMIT: a line that says whether it is reached.  SIGN is
# "<=" or ">="; MEASURED may be empty, where a program was missing.
goal() {
	awk -v words="$1" -v got="$2" -v sign="$3" -v limit="$4" 'BEGIN {
		if (got == "")
			exit
		good = sign == "<=" ? got + 0 <= limit + 0 : got + 0 >= limit + 0
		printf "  %-6s %s: %s (%s %s)\n", good ? "ok" : "MISSED", words,
			got, sign, limit
	}'
}

# The medians of file $1 as a table; the ratios are to the line named $2; $3
# pieces of work were done.
table() {
	sort -s -k1,1 -k2,2n "$1" | awk -v base="$2" -v work="$3" '
		function put(k, m) {
			m = first[k] + int(count[k] / 2)
			printf "  %-22s %8.3f %8.3f %8.1f %9.1f %8.2f %8.2f\n",
				k, wall[m], cpu[m], peak[m] / 1024, work / wall[m],
				wall[m] / wall[b], cpu[m] / cpu[b]
		}
		{
			if (!($1 in first)) {
				first[$1] = NR
				names[++n] = $1
			}
			count[$1]++
			wall[NR] = $2
			cpu[NR] = $3
			peak[NR] = $4
		}
		END {
			b = first[base] + int(count[base] / 2)
			printf "  %-22s %8s %8s %8s %9s %8s %8s\n", "", "wall s",
				"cpu s", "peak MB", "per s", "x wall", "x cpu"
			for (i = 1; i <= n; i++)
				put(names[i])
		}'
}
