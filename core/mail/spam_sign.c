/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signs of spam that need more than a pattern. */
#include "mail/spam_sign.h"

#include <string.h>

#include "mail/spam_trace.h"
#include "mail/spam_zip.h"
#include "mime/cte.h"
#include "text/hangul.h"
#include "util/clock.h"
#include "util/utf8.h"

#include "util/banned.h"

/* Attachments that are looked into. */
#define ZIPS_MAX 4
/* Encoded bytes in which a zip shows. */
#define ZIP_MARK_MAX 64

struct spam_sign {
	const char *name;
	bool (*shows)(const struct spam_view *v, const struct message *m,
	              struct str *evidence);
};

/* ---- (광고) and its disguises ---- */

/* 광고 on a 두벌식 keyboard: syllables, compatibility jamo and conjoining jamo
 * all come down to these keys. */
#define AD_KEYS "rhkdrh"
/* A disguise is short: what is stretched over more is not read as the word. */
#define AD_CHARS_MAX 24

static bool
is_zero_width(uint32_t c)
{
	return (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || c == 0xad ||
	       c == 0x34f || c == 0x115f || c == 0x1160 || c == 0x3164 ||
	       c == 0xffa0 || (c >= 0xfe00 && c <= 0xfe0f);
}

/* Letters or digits of any script; the rest separates or decorates. */
static bool
is_letter(uint32_t c)
{
	if (c < 0x80)
		return byte_is_alnum((char)c);
	return hangul_is(c) || (c >= 0xc0 && c < 0x2000) ||
	       (c >= 0x3040 && c <= 0x30ff) || (c >= 0x3400 && c <= 0x9fff) ||
	       (c >= 0xff10 && c <= 0xff19) || (c >= 0xff21 && c <= 0xff5a) ||
	       (c >= 0xf900 && c <= 0xfaff) || (c >= 0xffa1 && c <= 0xffdc);
}

/* Keys of a letter; Hanja for 광 and 고 count as what they are read as. */
static size_t
letter_keys(uint32_t c, char keys[8])
{
	switch (c) {
	case 0x5ee3: /* 廣 */
	case 0x5e7f: /* 广 */
	case 0x5e83: /* 広 */
		memcpy(keys, "rhkd", 5);
		return 4;
	case 0x544a: /* 告 */
	case 0xf9e4:
		memcpy(keys, "rh", 3);
		return 2;
	default:
		return hangul_keys(c, keys);
	}
}

/* What stands around and between the letters of the word. */
struct ad_scan {
	char keys[16];
	size_t key_count;
	size_t letters;
	bool opened; /* by a bracket or other mark */
	bool parted; /* something between the letters */
	bool hidden; /* something that cannot be seen */
	bool closed;
};

/* The word itself: returns the bytes read, 0 when it is another word. */
static size_t
scan_word(struct slice s, struct ad_scan *scan)
{
	size_t i = 0, seen = 0;
	char keys[8];

	while (i < s.n && scan->key_count < strlen(AD_KEYS) &&
	       seen++ < AD_CHARS_MAX) {
		uint32_t c;
		size_t len = utf8_decode(s.p + i, s.n - i, &c), n;

		i += len;
		if (is_zero_width(c)) {
			scan->hidden = true;
			continue;
		}
		if (!is_letter(c)) {
			if (scan->letters > 0)
				scan->parted = true;
			else if (c != ' ')
				scan->opened = true;
			continue;
		}
		n = letter_keys(c, keys);
		if (n == 0 || scan->key_count + n > strlen(AD_KEYS))
			return 0;
		memcpy(scan->keys + scan->key_count, keys, n);
		scan->key_count += n;
		scan->letters++;
	}
	return memcmp(scan->keys, AD_KEYS, strlen(AD_KEYS)) == 0 ? i : 0;
}

/* Is the word closed by a mark (blanks aside), not followed by letters? */
static void
scan_end(struct slice s, struct ad_scan *scan)
{
	size_t i = 0;

	while (i < s.n) {
		uint32_t c;
		size_t len = utf8_decode(s.p + i, s.n - i, &c);

		i += len;
		if (is_zero_width(c)) {
			scan->hidden = true;
		} else if (c != ' ') {
			scan->closed = !is_letter(c);
			return;
		}
	}
}

enum spam_ad
spam_ad_of(struct slice subject)
{
	struct ad_scan scan = { .key_count = 0 };
	size_t end;

	subject = slice_trim(subject);
	if (slice_starts(subject, "(광고)"))
		return SPAM_AD_LABELLED;
	end = scan_word(subject, &scan);
	if (end == 0)
		return SPAM_AD_NONE;
	scan_end(slice_from(subject, end), &scan);
	if (scan.opened && scan.closed)
		return SPAM_AD_DISGUISED;
	/* Without brackets only an odd spelling says so: "광고 문의" is a word. */
	if (scan.hidden || (scan.letters > 2 && (scan.opened || scan.closed)))
		return SPAM_AD_DISGUISED;
	return SPAM_AD_NONE;
}

static bool
shows_ad(const struct spam_view *v, const struct message *m,
         struct str *evidence)
{
	(void)m;
	(void)evidence;
	return spam_ad_of(v->subject) == SPAM_AD_LABELLED;
}

static bool
shows_ad_disguised(const struct spam_view *v, const struct message *m,
                   struct str *evidence)
{
	(void)m;
	(void)evidence;
	return spam_ad_of(v->subject) == SPAM_AD_DISGUISED;
}

/* ---- links and senders ---- */

static bool
shows_link_deceives(const struct spam_view *v, const struct message *m,
                    struct str *evidence)
{
	(void)m;
	str_add_slice(evidence, v->deceiver);
	return v->deceiver.n > 0;
}

/* Hosts that phishing likes to look like: label and the rest of the domain. */
static const struct brand {
	const char *label;
	const char *rest;
} brands[] = {
	{ "naver", ".com" },       { "daum", ".net" },
	{ "kakao", ".com" },       { "hanmail", ".net" },
	{ "google", ".com" },      { "paypal", ".com" },
	{ "apple", ".com" },       { "microsoft", ".com" },
	{ "amazon", ".com" },      { "coupang", ".com" },
	{ "kbstar", ".com" },      { "shinhan", ".com" },
	{ "wooribank", ".com" },   { "nonghyup", ".com" },
	{ "hanabank", ".com" },    { "tossbank", ".com" },
	{ "netflix", ".com" },     { "facebook", ".com" },
	{ "instagram", ".com" },   { "cjlogistics", ".com" },
	{ "hometax", ".go.kr" },   { "epost", ".go.kr" },
	{ "ems", ".epost.go.kr" }, { "hiworks", ".com" },
};

/* Letters that look alike come down to one; returns the length. */
static size_t
plain_letters(struct slice s, char *out, size_t max)
{
	size_t i, n = 0;

	for (i = 0; i < s.n && n < max; i++) {
		char c = byte_lower(s.p[i]);

		if (c == '0')
			c = 'o';
		else if (c == '1' || c == '|' || c == 'i')
			c = 'l';
		else if (c == '5')
			c = 's';
		else if (c == 'v' && i + 1 < s.n && s.p[i + 1] == 'v')
			c = 'w', i++;
		else if (c == 'r' && i + 1 < s.n && s.p[i + 1] == 'n')
			c = 'm', i++;
		out[n++] = c;
	}
	return n;
}

static bool
same_plain(struct slice a, struct slice b)
{
	char x[64], y[64];
	size_t n;

	/* Most differ in the first letter. */
	if (plain_letters(a, x, 1) != plain_letters(b, y, 1) || x[0] != y[0])
		return false;
	n = plain_letters(a, x, sizeof x);
	return n == plain_letters(b, y, sizeof y) && memcmp(x, y, n) == 0;
}

/* "naver-login", "secure-naver": the name with a word of trust. */
static bool
has_trust_word(struct slice label, struct slice brand)
{
	static const char *const words[] = { "login",   "secure",  "security",
		                             "account", "verify",  "help",
		                             "center",  "support", "team",
		                             "service", "signin",  "com" };
	struct slice rest = label, piece;
	bool named = false, trust = false;
	size_t i;

	if (slice_find(label, '-') == label.n)
		return false;
	while (slice_split(&rest, '-', &piece)) {
		named = named || slice_ieq(piece, brand);
		for (i = 0; i < sizeof words / sizeof *words; i++)
			trust = trust || slice_ieq_z(piece, words[i]);
	}
	return named && trust;
}

/* The host is the brand's or below it, or the brand's in another country. */
static bool
is_brand_host(struct slice host, const struct brand *b)
{
	struct slice label = slice_of(b->label), rest;
	size_t at = 0;

	for (;;) {
		rest = slice_from(host, at);
		if (slice_istarts(rest, b->label)) {
			rest = slice_from(rest, label.n);
			if (slice_ieq_z(rest, b->rest))
				return true;
			/* google.co.kr, amazon.com.br, apple.de */
			if (rest.n > 0 && rest.p[0] == '.' && rest.n <= 7 &&
			    rest.n - slice_rfind(rest, '.') <= 3)
				return true;
		}
		at += slice_find(slice_from(host, at), '.') + 1;
		if (at >= host.n)
			return false;
	}
}

/* One label of a host against one brand. */
static bool
label_looks_like(struct slice label, struct slice after, const struct brand *b)
{
	struct slice brand = slice_of(b->label);

	if (slice_ieq(label, brand))
		/* naver.com.example.net */
		return slice_istarts(after, b->rest) &&
		       after.n > strlen(b->rest) &&
		       after.p[strlen(b->rest)] == '.';
	if (brand.n >= 5 && label.n >= 5 && same_plain(label, brand))
		return true;
	return has_trust_word(label, brand);
}

static bool
host_looks_like(struct slice host, const struct brand *b)
{
	struct slice rest = host, label;

	if (is_brand_host(host, b))
		return false;
	while (slice_split(&rest, '.', &label)) {
		struct slice after =
			slice_from(host, (size_t)(label.p - host.p) + label.n);

		if (label_looks_like(label, after, b))
			return true;
	}
	return false;
}

static bool
looks_like_brand(struct slice host, struct str *evidence)
{
	size_t i;

	for (i = 0; i < sizeof brands / sizeof *brands; i++)
		if (host_looks_like(host, &brands[i])) {
			str_add_slice(evidence, host);
			return true;
		}
	return false;
}

static struct slice
host_of_link(struct slice link)
{
	size_t at = slice_find_text(link, SLICE_LIT("://"));
	size_t n = 0;

	if (at == link.n)
		return SLICE_NONE;
	link = slice_from(link, at + 3);
	while (n < link.n && strchr("/?#:", link.p[n]) == NULL)
		n++;
	link = slice_head(link, n);
	at = slice_rfind(link, '@');
	return at < link.n ? slice_from(link, at + 1) : link;
}

static bool
shows_lookalike(const struct spam_view *v, const struct message *m,
                struct str *evidence)
{
	struct slice rest = v->links, line, last = SLICE_NONE;
	struct addr_list from;
	struct arena a = { NULL };
	bool found = false;
	size_t i;

	while (!found && slice_line(&rest, &line)) {
		struct slice host = host_of_link(line);

		/* A newsletter names one host a hundred times. */
		if (!slice_eq(host, last))
			found = looks_like_brand(host, evidence);
		last = host;
	}
	message_addrs(m, "From", &a, &from);
	for (i = 0; !found && i < from.n; i++) {
		size_t at = slice_rfind(from.v[i].spec, '@');

		found = looks_like_brand(slice_from(from.v[i].spec, at + 1),
		                         evidence);
	}
	arena_release(&a);
	return found;
}

/* The first word with an @ between two names, or an empty slice. */
static struct slice
address_in(struct slice name)
{
	size_t at = slice_find(name, '@'), start = at, end = at;

	if (at == name.n)
		return SLICE_NONE;
	while (start > 0 && (byte_is_alnum(name.p[start - 1]) ||
	                     strchr("._-+", name.p[start - 1]) != NULL))
		start--;
	while (end + 1 < name.n && (byte_is_alnum(name.p[end + 1]) ||
	                            strchr(".-", name.p[end + 1]) != NULL))
		end++;
	if (start == at || end == at)
		return SLICE_NONE;
	return slice_make(name.p + start, end + 1 - start);
}

static bool
shows_other_address(const struct spam_view *v, const struct message *m,
                    struct str *evidence)
{
	struct arena a = { NULL };
	struct addr_list from;
	bool found = false;
	size_t i;

	(void)v;
	message_addrs(m, "From", &a, &from);
	for (i = 0; !found && i < from.n; i++) {
		struct slice said = address_in(from.v[i].name);

		found = said.n > 0 && !addr_same(said, from.v[i].spec);
		if (found) {
			str_add_slice(evidence, said);
			str_add_z(evidence, " ≠ ");
			str_add_slice(evidence, from.v[i].spec);
		}
	}
	arena_release(&a);
	return found;
}

static bool
shows_from_twice(const struct spam_view *v, const struct message *m,
                 struct str *evidence)
{
	(void)v;
	(void)evidence;
	return message_field_count(m, "From") > 1;
}

static bool
shows_from_missing(const struct spam_view *v, const struct message *m,
                   struct str *evidence)
{
	(void)v;
	(void)evidence;
	return message_field_count(m, "From") == 0;
}

/* ---- dates, hidden text ---- */

static bool
shows_date_missing(const struct spam_view *v, const struct message *m,
                   struct str *evidence)
{
	int64_t t;

	(void)v;
	(void)evidence;
	return !message_date(m, &t);
}

/* Clocks are wrong by hours, zones by a day; two days are meant to stay on top
 * of the list.  What is stored for long was in the future when it came. */
static bool
shows_date_future(const struct spam_view *v, const struct message *m,
                  struct str *evidence)
{
	int64_t now = clock_now(), t, came;

	(void)evidence;
	if (spam_trace_arrival(v, &came) && came < now)
		now = came;
	return message_date(m, &t) && t > now + 2 * 86400;
}

static bool
shows_helo(const struct spam_view *v, const struct message *m,
           struct str *evidence)
{
	(void)m;
	return spam_trace_helo(v, evidence);
}

static bool
shows_forged(const struct spam_view *v, const struct message *m,
             struct str *evidence)
{
	(void)m;
	return spam_trace_forged(v, evidence);
}

static bool
shows_backwards(const struct spam_view *v, const struct message *m,
                struct str *evidence)
{
	(void)m;
	(void)evidence;
	return spam_trace_backwards(v);
}

static bool
shows_hidden(const struct spam_view *v, const struct message *m,
             struct str *evidence)
{
	(void)m;
	(void)evidence;
	/* One is the preview line of every newsletter. */
	return v->hidden_count > 3;
}

/* ---- what is in a zip ---- */

/* The last bytes of a part beyond the first, from a line on: the names of all
 * files stand at the end of a zip. */
static struct slice
end_of(struct slice body, size_t first)
{
	struct slice end = slice_from(body, first);

	if (end.n > SPAM_PART_MAX)
		end = slice_from(end, end.n - SPAM_PART_MAX);
	return slice_from(end, slice_find(end, '\n') + 1);
}

static bool
names_program(const struct part *p, struct slice encoded, struct str *bytes,
              struct str *evidence)
{
	struct slice rest, name;

	str_clear(bytes);
	cte_decode(p->cte, encoded, bytes);
	rest = str_slice(bytes);
	while (spam_zip_next(&rest, &name))
		if (spam_zip_program(name)) {
			str_add_slice(evidence, name);
			return true;
		}
	return false;
}

static bool
zip_has_program(const struct part *p, struct str *evidence)
{
	struct slice body = slice_head(p->body, SPAM_PART_MAX);
	struct str bytes;
	bool found = false;

	str_init(&bytes, SPAM_PART_MAX);
	/* What is no zip is not decoded. */
	cte_decode(p->cte, slice_head(body, ZIP_MARK_MAX), &bytes);
	if (slice_starts(str_slice(&bytes), "PK\003\004"))
		found = names_program(p, body, &bytes, evidence) ||
		        names_program(p, end_of(p->body, body.n), &bytes,
		                      evidence);
	str_release(&bytes);
	return found;
}

static bool
shows_zip_program(const struct spam_view *v, const struct message *m,
                  struct str *evidence)
{
	const struct part *p = NULL;
	size_t n = 0;

	(void)v;
	while (n < ZIPS_MAX && (p = message_next_attachment(m, p)) != NULL)
		if (++n <= ZIPS_MAX && zip_has_program(p, evidence))
			return true;
	return false;
}

static const struct spam_sign signs[] = {
	{ "ad-labelled", shows_ad },
	{ "ad-disguised", shows_ad_disguised },
	{ "link-deceives", shows_link_deceives },
	{ "host-lookalike", shows_lookalike },
	{ "name-other-address", shows_other_address },
	{ "from-twice", shows_from_twice },
	{ "from-missing", shows_from_missing },
	{ "date-missing", shows_date_missing },
	{ "date-future", shows_date_future },
	{ "hidden-text", shows_hidden },
	{ "zip-program", shows_zip_program },
	{ "received-helo", shows_helo },
	{ "received-forged", shows_forged },
	{ "received-backwards", shows_backwards },
};

const struct spam_sign *
spam_sign_find(struct slice name)
{
	size_t i;

	for (i = 0; i < sizeof signs / sizeof *signs; i++)
		if (slice_eq_z(name, signs[i].name))
			return &signs[i];
	return NULL;
}

bool
spam_sign_shows(const struct spam_sign *s, const struct spam_view *v,
                const struct message *m, struct str *evidence)
{
	return s->shows(v, m, evidence);
}
