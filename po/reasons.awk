# SPDX-License-Identifier: GPL-3.0-or-later
# From pabal.pot: the texts that can be kept as the reason of something that did
# not work, for core/util/reason.c.
function out() {
	if (keep && id != "" && !plural)
		print "\t" id ","
	keep = plural = 0
	id = ""
}
/^$/ { out(); next }
/^#: / {
	if ($0 ~ /core\/(conf|engine|net|proto|store|util)\//)
		keep = 1
	next
}
/^msgid_plural / { plural = 1; next }
/^msgid / { id = substr($0, 7); in_id = 1; next }
/^msgstr/ { in_id = 0; next }
/^"/ { if (in_id) id = (id == "\"\"" ? $0 : id "\n\t" $0) }
END { out() }
