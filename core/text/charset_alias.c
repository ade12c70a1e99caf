/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which decoder a charset label means.
 *
 * 1. No label of a mail reaches iconv: only the names of this table do.
 * 2. Labels are compared by their letters and digits, in lower case, after
 *    what does not belong to them is taken off; so "KS_C_5601-1987" and
 *    "ks-c-5601-1987" are one row.  A leading "x" is optional.
 * 3. Every Korean EUC-style label means CP949, as browsers read it.
 */
#include "text/charset_alias.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util/banned.h"

/* Longer labels than any of the table are junk. */
#define KEY_MAX  40U
#define OTHER(n) (CHARSET_OTHER_FIRST + (n))

static const struct charset_other others[CHARSET_OTHER_COUNT] = {
	{ "Shift_JIS", { "CP932", "SHIFT_JIS" } },
	{ "EUC-JP", { "EUC-JP-MS", "EUC-JP" } },
	{ "ISO-2022-JP", { "ISO-2022-JP-3", "ISO-2022-JP" } },
	{ "GB18030", { "GB18030", "GBK" } },
	{ "Big5", { "BIG5-HKSCS", "BIG5" } },
	{ "EUC-TW", { "EUC-TW", NULL } },
	{ "ISO-2022-CN", { "ISO-2022-CN", NULL } },
	{ "ISO-8859-2", { "ISO-8859-2", NULL } },
	{ "ISO-8859-3", { "ISO-8859-3", NULL } },
	{ "ISO-8859-4", { "ISO-8859-4", NULL } },
	{ "ISO-8859-5", { "ISO-8859-5", NULL } },
	{ "ISO-8859-6", { "ISO-8859-6", NULL } },
	{ "ISO-8859-7", { "ISO-8859-7", NULL } },
	{ "ISO-8859-8", { "ISO-8859-8", NULL } },
	{ "windows-1254", { "CP1254", "ISO-8859-9" } },
	{ "ISO-8859-10", { "ISO-8859-10", NULL } },
	{ "windows-874", { "CP874", "TIS-620" } },
	{ "ISO-8859-13", { "ISO-8859-13", NULL } },
	{ "ISO-8859-14", { "ISO-8859-14", NULL } },
	{ "ISO-8859-15", { "ISO-8859-15", NULL } },
	{ "ISO-8859-16", { "ISO-8859-16", NULL } },
	{ "windows-1250", { "CP1250", NULL } },
	{ "windows-1251", { "CP1251", NULL } },
	{ "windows-1253", { "CP1253", NULL } },
	{ "windows-1255", { "CP1255", NULL } },
	{ "windows-1256", { "CP1256", NULL } },
	{ "windows-1257", { "CP1257", NULL } },
	{ "windows-1258", { "CP1258", NULL } },
	{ "KOI8-R", { "KOI8-R", NULL } },
	{ "KOI8-U", { "KOI8-U", NULL } },
	{ "KOI8-T", { "KOI8-T", NULL } },
	{ "IBM437", { "CP437", NULL } },
	{ "IBM850", { "CP850", NULL } },
	{ "IBM852", { "CP852", NULL } },
	{ "IBM855", { "CP855", NULL } },
	{ "IBM866", { "CP866", NULL } },
	{ "macintosh", { "MACINTOSH", NULL } },
	{ "x-mac-cyrillic", { "MAC-CYRILLIC", NULL } },
	{ "VISCII", { "VISCII", NULL } },
	{ "TCVN", { "TCVN", NULL } },
	{ "ARMSCII-8", { "ARMSCII-8", NULL } },
	{ "UTF-32", { "UTF-32BE", NULL } },
	{ "UTF-32LE", { "UTF-32LE", NULL } },
};

struct alias {
	const char *key;
	unsigned cs;
};

/* Sorted by key, for bsearch. */
static const struct alias aliases[] = {
	{ "1250", OTHER(21) },
	{ "1251", OTHER(22) },
	{ "1252", CHARSET_WINDOWS_1252 },
	{ "1253", OTHER(23) },
	{ "1254", OTHER(14) },
	{ "1255", OTHER(24) },
	{ "1256", OTHER(25) },
	{ "1257", OTHER(26) },
	{ "1258", OTHER(27) },
	{ "437", OTHER(31) },
	{ "50221", OTHER(2) },
	{ "5601", CHARSET_CP949 },
	{ "646", CHARSET_ASCII },
	{ "850", OTHER(32) },
	{ "852", OTHER(33) },
	{ "855", OTHER(34) },
	{ "866", OTHER(35) },
	{ "88591", CHARSET_WINDOWS_1252 },
	{ "88592", OTHER(7) },
	{ "932", OTHER(0) },
	{ "936", OTHER(3) },
	{ "949", CHARSET_CP949 },
	{ "950", OTHER(4) },
	{ "ansi", CHARSET_WINDOWS_1252 },
	{ "ansix341968", CHARSET_ASCII },
	{ "arabic", OTHER(11) },
	{ "armscii8", OTHER(40) },
	{ "ascii", CHARSET_ASCII },
	{ "big5", OTHER(4) },
	{ "big5hkscs", OTHER(4) },
	{ "bigfive", OTHER(4) },
	{ "cesu8", CHARSET_UTF8 },
	{ "chinese", OTHER(3) },
	{ "cnbig5", OTHER(4) },
	{ "cngb", OTHER(3) },
	{ "cns11643", OTHER(5) },
	{ "cp1250", OTHER(21) },
	{ "cp1251", OTHER(22) },
	{ "cp1252", CHARSET_WINDOWS_1252 },
	{ "cp1253", OTHER(23) },
	{ "cp1254", OTHER(14) },
	{ "cp1255", OTHER(24) },
	{ "cp1256", OTHER(25) },
	{ "cp1257", OTHER(26) },
	{ "cp1258", OTHER(27) },
	{ "cp1361", CHARSET_JOHAB },
	{ "cp367", CHARSET_ASCII },
	{ "cp437", OTHER(31) },
	{ "cp50220", OTHER(2) },
	{ "cp50221", OTHER(2) },
	{ "cp51949", CHARSET_CP949 },
	{ "cp819", CHARSET_WINDOWS_1252 },
	{ "cp850", OTHER(32) },
	{ "cp852", OTHER(33) },
	{ "cp855", OTHER(34) },
	{ "cp866", OTHER(35) },
	{ "cp874", OTHER(16) },
	{ "cp932", OTHER(0) },
	{ "cp936", OTHER(3) },
	{ "cp949", CHARSET_CP949 },
	{ "cp950", OTHER(4) },
	{ "csascii", CHARSET_ASCII },
	{ "csbig5", OTHER(4) },
	{ "cseuckr", CHARSET_CP949 },
	{ "cseucpkdfmtjapanese", OTHER(1) },
	{ "csgb2312", OTHER(3) },
	{ "csibm866", OTHER(35) },
	{ "csiso2022jp", OTHER(2) },
	{ "csiso2022kr", CHARSET_ISO_2022_KR },
	{ "csiso58gb231280", OTHER(3) },
	{ "csisolatin1", CHARSET_WINDOWS_1252 },
	{ "csisolatin2", OTHER(7) },
	{ "csisolatin3", OTHER(8) },
	{ "csisolatin4", OTHER(9) },
	{ "csisolatin5", OTHER(14) },
	{ "csisolatinarabic", OTHER(11) },
	{ "csisolatincyrillic", OTHER(10) },
	{ "csisolatingreek", OTHER(12) },
	{ "csisolatinhebrew", OTHER(13) },
	{ "cskoi8r", OTHER(28) },
	{ "csksc56011987", CHARSET_CP949 },
	{ "csmacintosh", OTHER(36) },
	{ "cspc850multilingual", OTHER(32) },
	{ "cspc8codepage437", OTHER(31) },
	{ "csshiftjis", OTHER(0) },
	{ "csucs4", OTHER(41) },
	{ "csunicode", CHARSET_UTF16 },
	{ "csunicode11utf7", CHARSET_UTF7 },
	{ "csviscii", OTHER(38) },
	{ "cswindows31j", OTHER(0) },
	{ "cyrillic", OTHER(10) },
	{ "dos874", OTHER(16) },
	{ "euccn", OTHER(3) },
	{ "eucjp", OTHER(1) },
	{ "eucjpms", OTHER(1) },
	{ "euckorea", CHARSET_CP949 },
	{ "euckorean", CHARSET_CP949 },
	{ "euckr", CHARSET_CP949 },
	{ "euctw", OTHER(5) },
	{ "gb18030", OTHER(3) },
	{ "gb2312", OTHER(3) },
	{ "gb231280", OTHER(3) },
	{ "gbk", OTHER(3) },
	{ "greek", OTHER(12) },
	{ "hebrew", OTHER(13) },
	{ "hz", CHARSET_HZ },
	{ "hzgb2312", CHARSET_HZ },
	{ "ibm1252", CHARSET_WINDOWS_1252 },
	{ "ibm367", CHARSET_ASCII },
	{ "ibm437", OTHER(31) },
	{ "ibm819", CHARSET_WINDOWS_1252 },
	{ "ibm850", OTHER(32) },
	{ "ibm852", OTHER(33) },
	{ "ibm855", OTHER(34) },
	{ "ibm866", OTHER(35) },
	{ "ibm949", CHARSET_CP949 },
	{ "iso10646ucs2", CHARSET_UTF16 },
	{ "iso10646ucs4", OTHER(41) },
	{ "iso2022cn", OTHER(6) },
	{ "iso2022cnext", OTHER(6) },
	{ "iso2022jp", OTHER(2) },
	{ "iso2022jp1", OTHER(2) },
	{ "iso2022jp2", OTHER(2) },
	{ "iso2022jp3", OTHER(2) },
	{ "iso2022jpms", OTHER(2) },
	{ "iso2022kr", CHARSET_ISO_2022_KR },
	{ "iso646irv1991", CHARSET_ASCII },
	{ "iso646us", CHARSET_ASCII },
	{ "iso88591", CHARSET_WINDOWS_1252 },
	{ "iso885910", OTHER(15) },
	{ "iso885911", OTHER(16) },
	{ "iso885911987", CHARSET_WINDOWS_1252 },
	{ "iso885913", OTHER(17) },
	{ "iso885914", OTHER(18) },
	{ "iso885915", OTHER(19) },
	{ "iso885916", OTHER(20) },
	{ "iso88592", OTHER(7) },
	{ "iso885921987", OTHER(7) },
	{ "iso88593", OTHER(8) },
	{ "iso885931988", OTHER(8) },
	{ "iso88594", OTHER(9) },
	{ "iso885941988", OTHER(9) },
	{ "iso88595", OTHER(10) },
	{ "iso885951988", OTHER(10) },
	{ "iso88596", OTHER(11) },
	{ "iso885961987", OTHER(11) },
	{ "iso88596e", OTHER(11) },
	{ "iso88596i", OTHER(11) },
	{ "iso88597", OTHER(12) },
	{ "iso885971987", OTHER(12) },
	{ "iso88598", OTHER(13) },
	{ "iso885981988", OTHER(13) },
	{ "iso88598e", OTHER(13) },
	{ "iso88598i", OTHER(13) },
	{ "iso88599", OTHER(14) },
	{ "iso885991989", OTHER(14) },
	{ "isoir100", CHARSET_WINDOWS_1252 },
	{ "isoir101", OTHER(7) },
	{ "isoir109", OTHER(8) },
	{ "isoir110", OTHER(9) },
	{ "isoir126", OTHER(12) },
	{ "isoir127", OTHER(11) },
	{ "isoir138", OTHER(13) },
	{ "isoir144", OTHER(10) },
	{ "isoir148", OTHER(14) },
	{ "isoir149", CHARSET_CP949 },
	{ "isoir157", OTHER(15) },
	{ "isoir58", OTHER(3) },
	{ "isoir6", CHARSET_ASCII },
	{ "jis", OTHER(2) },
	{ "johab", CHARSET_JOHAB },
	{ "kcs5601", CHARSET_CP949 },
	{ "kcs56011987", CHARSET_CP949 },
	{ "koi", OTHER(28) },
	{ "koi8", OTHER(28) },
	{ "koi8r", OTHER(28) },
	{ "koi8ru", OTHER(29) },
	{ "koi8t", OTHER(30) },
	{ "koi8u", OTHER(29) },
	{ "korean", CHARSET_CP949 },
	{ "ks5601", CHARSET_CP949 },
	{ "ksc5601", CHARSET_CP949 },
	{ "ksc56011987", CHARSET_CP949 },
	{ "ksc560119870", CHARSET_CP949 },
	{ "ksc56011989", CHARSET_CP949 },
	{ "ksc56011992", CHARSET_CP949 },
	{ "ksc56011992johab", CHARSET_JOHAB },
	{ "ksx1001", CHARSET_CP949 },
	{ "ksx10011992", CHARSET_CP949 },
	{ "ksx10011998", CHARSET_CP949 },
	{ "l1", CHARSET_WINDOWS_1252 },
	{ "l10", OTHER(20) },
	{ "l2", OTHER(7) },
	{ "l3", OTHER(8) },
	{ "l4", OTHER(9) },
	{ "l5", OTHER(14) },
	{ "l6", OTHER(15) },
	{ "l7", OTHER(17) },
	{ "l8", OTHER(18) },
	{ "l9", OTHER(19) },
	{ "latin0", OTHER(19) },
	{ "latin1", CHARSET_WINDOWS_1252 },
	{ "latin10", OTHER(20) },
	{ "latin2", OTHER(7) },
	{ "latin3", OTHER(8) },
	{ "latin4", OTHER(9) },
	{ "latin5", OTHER(14) },
	{ "latin6", OTHER(15) },
	{ "latin7", OTHER(17) },
	{ "latin8", OTHER(18) },
	{ "latin9", OTHER(19) },
	{ "logical", OTHER(13) },
	{ "mac", OTHER(36) },
	{ "maccyrillic", OTHER(37) },
	{ "macintosh", OTHER(36) },
	{ "macroman", OTHER(36) },
	{ "macukrainian", OTHER(37) },
	{ "ms1252", CHARSET_WINDOWS_1252 },
	{ "ms1361", CHARSET_JOHAB },
	{ "ms932", OTHER(0) },
	{ "ms936", OTHER(3) },
	{ "ms949", CHARSET_CP949 },
	{ "ms950", OTHER(4) },
	{ "mscp1361", CHARSET_JOHAB },
	{ "mscp949", CHARSET_CP949 },
	{ "mskanji", OTHER(0) },
	{ "shiftjis", OTHER(0) },
	{ "sjis", OTHER(0) },
	{ "tcvn", OTHER(39) },
	{ "tcvn5712", OTHER(39) },
	{ "tcvn57121", OTHER(39) },
	{ "tis620", OTHER(16) },
	{ "ucs2", CHARSET_UTF16 },
	{ "ucs2be", CHARSET_UTF16BE },
	{ "ucs2le", CHARSET_UTF16LE },
	{ "ucs4", OTHER(41) },
	{ "ucs4le", OTHER(42) },
	{ "uhc", CHARSET_CP949 },
	{ "ujis", OTHER(1) },
	{ "unicode", CHARSET_UTF16 },
	{ "unicode11utf7", CHARSET_UTF7 },
	{ "unicode11utf8", CHARSET_UTF8 },
	{ "unicode20utf7", CHARSET_UTF7 },
	{ "unicode20utf8", CHARSET_UTF8 },
	{ "unicodebig", CHARSET_UTF16BE },
	{ "unicodefffe", CHARSET_UTF16BE },
	{ "unicodelittle", CHARSET_UTF16LE },
	{ "us", CHARSET_ASCII },
	{ "usascii", CHARSET_ASCII },
	{ "utf16", CHARSET_UTF16 },
	{ "utf16be", CHARSET_UTF16BE },
	{ "utf16le", CHARSET_UTF16LE },
	{ "utf32", OTHER(41) },
	{ "utf32be", OTHER(41) },
	{ "utf32le", OTHER(42) },
	{ "utf7", CHARSET_UTF7 },
	{ "utf8", CHARSET_UTF8 },
	{ "utf8mb3", CHARSET_UTF8 },
	{ "utf8mb4", CHARSET_UTF8 },
	{ "utf8n", CHARSET_UTF8 },
	{ "utf8sig", CHARSET_UTF8 },
	{ "viscii", OTHER(38) },
	{ "wansung", CHARSET_CP949 },
	{ "win1250", OTHER(21) },
	{ "win1251", OTHER(22) },
	{ "win1252", CHARSET_WINDOWS_1252 },
	{ "windows1250", OTHER(21) },
	{ "windows1251", OTHER(22) },
	{ "windows1252", CHARSET_WINDOWS_1252 },
	{ "windows1253", OTHER(23) },
	{ "windows1254", OTHER(14) },
	{ "windows1255", OTHER(24) },
	{ "windows1256", OTHER(25) },
	{ "windows1257", OTHER(26) },
	{ "windows1258", OTHER(27) },
	{ "windows1361", CHARSET_JOHAB },
	{ "windows31j", OTHER(0) },
	{ "windows874", OTHER(16) },
	{ "windows936", OTHER(3) },
	{ "windows949", CHARSET_CP949 },
	{ "windows950", OTHER(4) },
	{ "winlatin1", CHARSET_WINDOWS_1252 },
};

static int
compare_alias(const void *key, const void *entry)
{
	return strcmp(key, ((const struct alias *)entry)->key);
}

static enum charset
find(const char *key)
{
	const struct alias *a =
		bsearch(key, aliases, sizeof aliases / sizeof aliases[0],
	                sizeof aliases[0], compare_alias);

	return a != NULL ? (enum charset)a->cs : CHARSET_UNKNOWN;
}

/* The label without its wrapping, in key form.  false: junk. */
static bool
make_key(struct slice label, char key[KEY_MAX])
{
	bool started = false;
	size_t n = 0;

	for (size_t i = 0; i < label.n; i++) {
		char c = label.p[i];

		if (started && (c == ';' || c == '(' || c == '*' || c == '"' ||
		                c == '\'' || c == ','))
			break;
		if (!byte_is_alnum(c)) {
			/* Template junk like $CHARSET$ is no label. */
			if (c == '$' || c == '%' || c == '{')
				return false;
			continue;
		}
		if (n + 1 >= KEY_MAX)
			return false;
		started = true;
		key[n++] = byte_lower(c);
	}
	key[n] = '\0';
	return n > 0;
}

/* The labels of most mail, as they are written most. */
static enum charset
find_common(struct slice label)
{
	if (slice_ieq_z(label, "utf-8"))
		return CHARSET_UTF8;
	if (slice_ieq_z(label, "euc-kr") ||
	    slice_ieq_z(label, "ks_c_5601-1987") || slice_ieq_z(label, "cp949"))
		return CHARSET_CP949;
	if (slice_ieq_z(label, "us-ascii"))
		return CHARSET_ASCII;
	return slice_ieq_z(label, "iso-8859-1") ? CHARSET_WINDOWS_1252
	                                        : CHARSET_UNKNOWN;
}

enum charset
charset_lookup(struct slice label)
{
	char key[KEY_MAX];
	enum charset cs = find_common(label);

	if (cs != CHARSET_UNKNOWN)
		return cs;
	if (!make_key(label, key))
		return CHARSET_UNKNOWN;
	cs = find(key);
	if (cs == CHARSET_UNKNOWN && key[0] == 'x')
		cs = find(key + 1);
	return cs;
}

const struct charset_other *
charset_other(enum charset cs)
{
	if (cs < CHARSET_OTHER_FIRST ||
	    cs - CHARSET_OTHER_FIRST >= CHARSET_OTHER_COUNT)
		return NULL;
	return &others[cs - CHARSET_OTHER_FIRST];
}

const char *
charset_name(enum charset cs)
{
	static const char *const names[CHARSET_OTHER_FIRST] = {
		"",         "us-ascii",     "UTF-8", "CP949",  "ISO-2022-KR",
		"Johab",    "windows-1252", "UTF-7", "UTF-16", "UTF-16LE",
		"UTF-16BE", "HZ-GB-2312",
	};
	const struct charset_other *other = charset_other(cs);

	if (other != NULL)
		return other->name;
	return cs < CHARSET_OTHER_FIRST ? names[cs] : "";
}
