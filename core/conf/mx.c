/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mail exchangers of a domain. */
#include "conf/mx.h"

#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdlib.h>
#include <string.h>

#include "util/i18n.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* EDNS answers are smaller; over TCP they could be larger and are cut. */
#define ANSWER_MAX 8192
/* Seconds a server, and tries: setting up an account must not hang. */
#define RETRANS 3
#define RETRY   2

struct mx {
	unsigned preference;
	char host[NS_MAXDNAME];
};

static int
compare(const void *a, const void *b)
{
	const struct mx *x = a;
	const struct mx *y = b;

	if (x->preference != y->preference)
		return x->preference < y->preference ? -1 : 1;
	return strcmp(x->host, y->host);
}

/* Of one record; false when it is no MX or broken. */
static bool
read_record(ns_msg *msg, int index, struct mx *mx_r)
{
	const unsigned char *data;
	ns_rr rr;

	if (ns_parserr(msg, ns_s_an, index, &rr) != 0 ||
	    ns_rr_type(rr) != ns_t_mx || ns_rr_rdlen(rr) < 3)
		return false;
	data = ns_rr_rdata(rr);
	mx_r->preference = ns_get16(data);
	return dn_expand(ns_msg_base(*msg), ns_msg_end(*msg), data + 2,
	                 mx_r->host, sizeof mx_r->host) > 0;
}

int
mx_parse(const unsigned char *answer, size_t n, struct str *hosts,
         struct err *err)
{
	struct mx *found;
	size_t count = 0;
	ns_msg msg;
	size_t i;

	if (n > ANSWER_MAX || ns_initparse(answer, (int)n, &msg) != 0)
		return err_set(err, ERR_PROTO, _("DNS gave a broken answer"));
	found = xcalloc(MX_MAX, sizeof *found);
	for (i = 0; i < ns_msg_count(msg, ns_s_an) && count < MX_MAX; i++)
		if (read_record(&msg, (int)i, &found[count]) &&
		    found[count].host[0] != '\0')
			count++;
	qsort(found, count, sizeof found[0], compare);
	for (i = 0; i < count; i++) {
		str_add_z(hosts, found[i].host);
		str_add_c(hosts, '\n');
	}
	free(found);
	return 0;
}

static int
ask(struct __res_state *resolver, const char *domain, struct str *hosts,
    struct err *err)
{
	unsigned char answer[ANSWER_MAX];
	int n = res_nquery(resolver, domain, ns_c_in, ns_t_mx, answer,
	                   sizeof answer);

	if (n > (int)sizeof answer)
		n = (int)sizeof answer;
	if (n > 0)
		return mx_parse(answer, (size_t)n, hosts, err);
	if (resolver->res_h_errno == NO_DATA)
		return 0;
	if (resolver->res_h_errno == HOST_NOT_FOUND)
		return err_set(err, ERR_NOHOST,
		               _("the domain '%s' does not exist"), domain);
	return err_set(err, ERR_RETRY, _("DNS does not answer"));
}

int
mx_lookup(struct slice domain, struct str *hosts, struct err *err)
{
	struct __res_state resolver;
	char *name;
	int rc;

	memset(&resolver, 0, sizeof resolver);
	if (res_ninit(&resolver) != 0)
		return err_set(err, ERR_RETRY, _("DNS does not answer"));
	resolver.retrans = RETRANS;
	resolver.retry = RETRY;
	name = slice_dup(domain);
	rc = ask(&resolver, name, hosts, err);
	free(name);
	res_nclose(&resolver);
	return rc;
}
