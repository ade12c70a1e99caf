/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of a POP3 server taken apart. */
#include "proto/pop3_reply.h"

#include "util/banned.h"

static const struct {
	const char *name;
	enum pop3_code code;
} codes[] = {
	{ "AUTH", POP3_CODE_AUTH },
	{ "IN-USE", POP3_CODE_IN_USE },
	{ "LOGIN-DELAY", POP3_CODE_LOGIN_DELAY },
	{ "SYS/TEMP", POP3_CODE_SYS_TEMP },
	{ "SYS/PERM", POP3_CODE_SYS_PERM },
};

/* Take "[CODE]" from the beginning of *text. */
static enum pop3_code
take_code(struct slice *text)
{
	size_t end = slice_find(*text, ']');
	struct slice name;

	if (text->n == 0 || text->p[0] != '[' || end == text->n)
		return POP3_CODE_NONE;
	name = slice_trim(slice_make(text->p + 1, end - 1));
	*text = slice_trim(slice_from(*text, end + 1));
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (slice_ieq_z(name, codes[i].name))
			return codes[i].code;
	return POP3_CODE_OTHER;
}

int
pop3_reply_parse(struct slice line, struct pop3_reply *reply_r)
{
	size_t n;

	if (slice_istarts(line, "+OK"))
		n = 3;
	else if (slice_istarts(line, "-ERR"))
		n = 4;
	else
		return -1;
	/* "+OKAY" is another word. */
	if (line.n > n && byte_is_alnum(line.p[n]))
		return -1;
	reply_r->ok = n == 3;
	reply_r->said = slice_trim(slice_from(line, n));
	reply_r->text = reply_r->said;
	reply_r->code = take_code(&reply_r->text);
	return 0;
}

static bool
has_any(struct slice text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (slice_ifind_text(text, slice_of(*words)) < text.n)
			return true;
	return false;
}

/* Words of servers without response codes.  What is busy now is free later. */
static const char *const busy_words[] = {
	"lock",    "in use",    "busy",    "try again",   "temporar",
	"later",   "too many",  "already", "maintenance", "unavailable",
	"timeout", "timed out", "delay",   "사용 중",     "사용중",
	"점검",    "잠시",      NULL,
};
/* The service is not there for anybody, or not for this account. */
static const char *const closed_words[] = {
	"discontinu",  "permanently",   "not enabled", "disabled",
	"not allowed", "not permitted", "terminated",  "no longer",
	"종료",        "중지",          NULL,
};
/* The secret or the name is wrong, whatever else the words say. */
static const char *const wrong_words[] = {
	"password",   "passwd",  "credential", "authentication fail",
	"login fail", "invalid", "incorrect",  "비밀번호",
	"암호",       NULL,
};

static enum err_code
code_meaning(enum pop3_code code)
{
	switch (code) {
	case POP3_CODE_AUTH:
		return ERR_AUTH;
	case POP3_CODE_IN_USE:
	case POP3_CODE_LOGIN_DELAY:
	case POP3_CODE_SYS_TEMP:
		return ERR_RETRY;
	case POP3_CODE_SYS_PERM:
		return ERR_REFUSED;
	case POP3_CODE_NONE:
	case POP3_CODE_OTHER:
		break;
	}
	return ERR_NONE;
}

enum err_code
pop3_reply_login_code(const struct pop3_reply *reply)
{
	enum err_code code = code_meaning(reply->code);

	if (code != ERR_NONE)
		return code;
	if (has_any(reply->text, wrong_words))
		return ERR_AUTH;
	if (has_any(reply->text, closed_words))
		return ERR_REFUSED;
	if (has_any(reply->text, busy_words))
		return ERR_RETRY;
	return ERR_AUTH;
}

enum err_code
pop3_reply_refusal_code(const struct pop3_reply *reply)
{
	enum err_code code = code_meaning(reply->code);

	if (code != ERR_NONE)
		return code;
	return has_any(reply->text, closed_words) ? ERR_REFUSED : ERR_RETRY;
}

/* How they begin; of seconds nothing is known but the number. */
static const struct {
	const char *word;
	int seconds;
} units[] = {
	{ "m", 60 },
	{ "분", 60 },
	{ "h", 3600 },
	{ "시간", 3600 },
};

int
pop3_reply_delay(const struct pop3_reply *reply)
{
	struct slice s = reply->text;
	uint64_t n = 0;
	uint64_t unit = 1;

	if (reply->code != POP3_CODE_LOGIN_DELAY)
		return 0;
	while (s.n > 0 && !byte_is_digit(s.p[0]))
		s = slice_from(s, 1);
	for (; s.n > 0 && byte_is_digit(s.p[0]); s = slice_from(s, 1))
		if (n <= POP3_DELAY_MAX)
			n = n * 10 + (uint64_t)(s.p[0] - '0');
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '-'))
		s = slice_from(s, 1);
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
		if (slice_istarts(s, units[i].word))
			unit = (uint64_t)units[i].seconds;
	n *= unit;
	return (int)(n < POP3_DELAY_MAX ? n : POP3_DELAY_MAX);
}

/* Take the next word, which is of digits only; too many of them count as
 * UINT64_MAX.  A listing has a hundred thousand of them: one pass. */
static int
take_digits(struct slice *text, uint64_t *value_r)
{
	uint64_t value = 0;
	size_t i = 0;
	size_t first;

	while (i < text->n && byte_is_blank(text->p[i]))
		i++;
	for (first = i; i < text->n && byte_is_digit(text->p[i]); i++) {
		uint64_t digit = (uint64_t)(text->p[i] - '0');

		value = value <= (UINT64_MAX - digit) / 10 ? value * 10 + digit
		                                           : UINT64_MAX;
	}
	if (i == first || (i < text->n && !byte_is_blank(text->p[i])))
		return -1;
	*value_r = value;
	*text = slice_from(*text, i);
	return 0;
}

int
pop3_reply_stat(struct slice text, uint64_t *count_r, uint64_t *bytes_r)
{
	struct slice count;
	struct slice bytes;

	*count_r = 0;
	*bytes_r = 0;
	if (!slice_word(&text, &count) || !slice_word(&text, &bytes))
		return 0;
	if (count.p[0] == '-' || bytes.p[0] == '-')
		return -1;
	/* The listing decides; words in place of numbers do no harm. */
	if (take_digits(&count, count_r) < 0 ||
	    take_digits(&bytes, bytes_r) < 0)
		*count_r = *bytes_r = 0;
	return 0;
}

/* The message number a line begins with; *rest_r is what follows. */
static int
take_number(struct slice line, uint32_t *number_r, struct slice *rest_r)
{
	uint64_t value;

	if (take_digits(&line, &value) < 0)
		return -1;
	if (value == 0 || value > UINT32_MAX)
		return -1;
	*number_r = (uint32_t)value;
	*rest_r = slice_trim(line);
	return 0;
}

int
pop3_reply_list(struct slice line, uint32_t *number_r, uint64_t *size_r)
{
	struct slice rest;

	if (take_number(line, number_r, &rest) < 0)
		return -1;
	if (take_digits(&rest, size_r) < 0)
		*size_r = 0;
	return 0;
}

int
pop3_reply_uidl(struct slice line, uint32_t *number_r, struct slice *uidl_r)
{
	if (take_number(line, number_r, uidl_r) < 0)
		return -1;
	if (uidl_r->n > POP3_UIDL_MAX)
		*uidl_r = SLICE_NONE;
	for (size_t i = 0; i < uidl_r->n; i++)
		if (uidl_r->p[i] <= ' ' || !byte_is_print(uidl_r->p[i])) {
			*uidl_r = SLICE_NONE;
			break;
		}
	return 0;
}
