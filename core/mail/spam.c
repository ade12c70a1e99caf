/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The spam filter.
 *
 * 1. Score = learners' sum + share of the rules - bonus of a known sender.
 * 2. The rules count fully until the learners know something and then less:
 *    they are a prior, the user's corrections are the truth.
 * 3. While the learners know too little, only decisive rules make a message
 *    spam; everything else is unsure at most.
 * 4. Mail of a known sender is unsure at worst, but for what the account's own
 *    provider found to be of somebody else: names are easily borrowed.  What
 *    others write of that counts for nothing (origin.h).
 * 5. Who only corrects errors first teaches nothing but spam that was missed;
 *    all mail then looks like spam, and nothing would ever teach good mail.  So
 *    while hams are lacking, all is unsure but known senders: the user is asked.
 */
#include "mail/spam.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mail/spam_ad.h"
#include "mail/spam_sign.h"
#include "mail/spam_state.h"
#include "text/unicode.h"
#include "util/digest.h"
#include "util/fsx.h"
#include "util/i18n.h"
#include "util/log.h"
#include "util/xalloc.h"

#include "util/banned.h"

/* Messages of each class before the learners may decide. */
#define ENOUGH 10
/* Rules alone make spam from here; two strong signs, or three weak. */
#define DECISIVE 6.0
/* What the learners say is shrunk until this many of each class are known: by
 * the power of the part of them that is. */
#define KNOWN_WELL 60
#define KNOWN_POW  0.3
/* Share of the rules once the learners know enough. */
#define RULES_LATER 0.25
/* What having written to the sender is worth. */
#define KNOWN_SENDER 7.0
/* Unsure begins here (27 %), so that corrections reach the mail at the border;
 * higher while little is known. */
#define UNSURE_FROM (-1.0)
#define UNSURE_COLD 1.5
/* While more spam than good mail is known, see rule 5: all but known senders. */
#define UNSURE_LACKING (-5.0)
/* Bytes that name a message. */
#define KEY_BYTES    ((size_t)64 * 1024)
#define REASONS_MAX  8192
#define WARNINGS_MAX 16384

static void
load_rules(struct spam *s, const char *path)
{
	struct err err = { 0 };
	struct str warnings;

	str_init(&warnings, WARNINGS_MAX);
	if (spam_rules_load(s->rules, path, &warnings, &err) < 0)
		log_line(LOG_ERROR, "%s", err.text);
	if (warnings.n > 0)
		log_line(LOG_ERROR, "%s", warnings.p);
	str_release(&warnings);
}

/* Compiling the patterns takes longer than opening the model: only who asks for
 * a verdict waits for it. */
static void
need_rules(struct spam *s)
{
	char *shipped;

	if (s->rules != NULL)
		return;
	s->rules = spam_rules_new();
	shipped = paths_shipped("spam-rules.conf");
	if (shipped != NULL)
		load_rules(s, shipped);
	else
		log_line(LOG_ERROR, "spam-rules.conf was not found");
	if (s->user_rules != NULL)
		load_rules(s, s->user_rules);
	free(shipped);
}

struct spam *
spam_open(const char *data, struct err *err)
{
	struct spam *s = xcalloc(1, sizeof *s);

	if (spam_model_open(&s->model, data, err) < 0) {
		free(s);
		return NULL;
	}
	spam_features_init(&s->features, false);
	return s;
}

int
spam_add_rules(struct spam *s, const char *path, struct str *warnings,
               struct err *err)
{
	need_rules(s);
	return spam_rules_load(s->rules, path, warnings, err);
}

void
spam_user_rules(struct spam *s, const struct paths *paths)
{
	free(s->user_rules);
	s->user_rules = fsx_join(paths->config, "spam-rules.conf");
}

void
spam_close(struct spam **s)
{
	struct err err = { 0 };

	if (*s == NULL)
		return;
	if (spam_model_flush(&(*s)->model, &err) < 0)
		log_line(LOG_ERROR, "%s", err.text);
	spam_model_close(&(*s)->model);
	spam_features_release(&(*s)->features);
	spam_rules_free(&(*s)->rules);
	free((*s)->user_rules);
	free(*s);
	*s = NULL;
}

int
spam_flush(struct spam *s, struct err *err)
{
	return spam_model_flush(&s->model, err);
}

int
spam_refresh(struct spam *s, struct err *err)
{
	return spam_model_refresh(&s->model, err);
}

void
spam_counts(const struct spam *s, uint64_t *ham_r, uint64_t *spam_r)
{
	*ham_r = s->model.weights.tally->learnt[0];
	*spam_r = s->model.weights.tally->learnt[1];
}

/* ---- judging ---- */

/* 0 to 1: how much of what the learners say counts.  It rises slowly, so that
 * the few early messages do not lie between all those that come later. */
static double
knowledge(const struct spam_tally *t)
{
	uint64_t less =
		t->learnt[0] < t->learnt[1] ? t->learnt[0] : t->learnt[1];

	if (t->learnt[0] + t->learnt[1] == 0)
		return 0;
	/* One class alone makes everything look like it. */
	if (less >= KNOWN_WELL)
		return 1;
	return pow(((double)less + 1) / (KNOWN_WELL + 1), KNOWN_POW);
}

/* Known, and nobody found that it is somebody else? */
static bool
is_known(const struct spam_input *in)
{
	struct origin o;
	bool refuted;

	if (!in->known_sender)
		return false;
	origin_of(in->m, in->hosts, &o);
	refuted = origin_refutes(&o, in->m);
	origin_release(&o);
	return !refuted;
}

static double
unsure_from(const struct spam_tally *t, bool enough)
{
	if (enough)
		return UNSURE_FROM;
	return t->learnt[1] > t->learnt[0] ? UNSURE_LACKING : UNSURE_COLD;
}

double
spam_deciding(const struct spam_judgement *j)
{
	return j->enough ? j->score : j->hits.score + j->known;
}

static enum spam_verdict
verdict_of(const struct spam_judgement *j, double unsure)
{
	/* Whom the user wrote to is asked about, at worst. */
	if (spam_deciding(j) >= j->threshold)
		return j->known < 0 ? SPAM_UNSURE : SPAM_SPAM;
	return j->score > unsure ? SPAM_UNSURE : SPAM_HAM;
}

/* As long as nothing is learnt, the threshold stays. */
static double
threshold_of(struct spam *s)
{
	if (s->thresholded != s->model.seq + 1) {
		s->threshold = spam_threshold(s->model.weights.tally);
		s->thresholded = s->model.seq + 1;
	}
	return s->threshold;
}

/* Names the message whose features are at hand: learning mostly follows. */
static uint64_t
name_of(const struct message *m)
{
	uint64_t seed = (uint64_t)m->raw.n;

	return digest_hash64(slice_head(m->raw, KEY_BYTES), seed) | 1;
}

void
spam_judge(struct spam *s, struct spam_features *f, const struct spam_input *in,
           struct spam_judgement *j_r)
{
	const struct spam_weights *w = &s->model.weights;
	double known = knowledge(w->tally);

	memset(j_r, 0, sizeof *j_r);
	need_rules(s);
	s->featured = 0;
	spam_view_init(&j_r->view, in->m);
	spam_view_trust(&j_r->view, in->m, in->hosts);
	/* Who knows nothing has nothing to weigh. */
	if (known > 0) {
		spam_weights_near(w, f);
		spam_features_of(f, &j_r->view);
		spam_weigh(w, f, &j_r->sums);
		if (f == &s->features)
			s->featured = name_of(in->m);
	} else {
		spam_features_clear(f);
	}
	spam_rules_try(s->rules, &j_r->view, in->m, &j_r->hits);
	j_r->learnt = known * j_r->sums.sum;
	j_r->ruled = j_r->hits.score * (1 - known * (1 - RULES_LATER));
	if (is_known(in))
		j_r->known = -KNOWN_SENDER;
	j_r->score = j_r->learnt + j_r->ruled + j_r->known;
	j_r->enough =
		w->tally->learnt[0] >= ENOUGH && w->tally->learnt[1] >= ENOUGH;
	j_r->threshold = j_r->enough ? threshold_of(s) : DECISIVE;
	j_r->verdict = verdict_of(j_r, unsure_from(w->tally, j_r->enough));
}

void
spam_judgement_release(struct spam_judgement *j)
{
	spam_view_release(&j->view);
	spam_hits_release(&j->hits);
}

double
spam_probability_of(struct spam *s, double score)
{
	if (s->calibrated != s->model.seq + 1) {
		s->calibration = spam_calibrate(s->model.weights.tally);
		s->calibrated = s->model.seq + 1;
	}
	return spam_probability(&s->calibration, score);
}

static void
add_reason(struct str *out, double score, const char *reason, struct slice seen)
{
	str_printf(out, "%+.1f %s", score, reason);
	if (seen.n > 0) {
		struct str clean;

		str_init(&clean, 120);
		unicode_clean_line(slice_head(seen, 120), &clean);
		str_printf(out, ": %s", clean.p);
		str_release(&clean);
	}
	str_add_c(out, '\n');
}

static const char *
learnt_reason(const struct spam_judgement *j)
{
	if (j->learnt > 1)
		return _("it is like mail that was marked as spam");
	if (j->learnt < -1)
		return _("it is like mail that was kept");
	return _("it is like neither the spam nor the mail known so far");
}

void
spam_judgement_reasons(const struct spam *s, const struct spam_judgement *j,
                       struct str *out)
{
	const struct spam_tally *t = s->model.weights.tally;
	size_t i;

	for (i = 0; i < j->hits.n; i++)
		add_reason(out, j->hits.v[i].score, j->hits.v[i].reason,
		           j->hits.v[i].seen);
	if (j->known < 0)
		add_reason(out, j->known, _("you wrote to this sender"),
		           SLICE_NONE);
	if (t->learnt[0] + t->learnt[1] > 0)
		add_reason(out, j->learnt, learnt_reason(j), SLICE_NONE);
	if (!j->enough) {
		str_printf(out,
		           _("the filter is still learning: it knows %llu good "
		             "mails and %llu spam, and needs %d of each"),
		           (unsigned long long)t->learnt[0],
		           (unsigned long long)t->learnt[1], ENOUGH);
		str_add_c(out, '\n');
	}
}

void
spam_score(struct spam *s, const struct spam_input *in,
           struct spam_result *result_r)
{
	struct spam_judgement j;

	spam_judge(s, &s->features, in, &j);
	result_r->verdict = j.verdict;
	result_r->score = j.score;
	result_r->probability = spam_probability_of(s, j.score);
	result_r->advertisement =
		spam_ad_of(j.view.subject) == SPAM_AD_LABELLED;
	str_init(&result_r->reasons, REASONS_MAX);
	spam_judgement_reasons(s, &j, &result_r->reasons);
	spam_judgement_release(&j);
}

void
spam_result_release(struct spam_result *r)
{
	str_release(&r->reasons);
	memset(r, 0, sizeof *r);
}

/* ---- learning ---- */

/* The same message has the same key with LF and with CRLF. */
static struct spam_key
key_of(const struct message *m)
{
	struct digest *d = digest_new(DIGEST_SHA256);
	struct slice rest = slice_head(m->raw, KEY_BYTES), piece;
	unsigned char sum[DIGEST_SHA256_SIZE];
	struct spam_key key;

	while (slice_split(&rest, '\r', &piece))
		digest_add(d, piece.p, piece.n);
	digest_finish(d, sum);
	digest_free(&d);
	memcpy(key.b, sum, sizeof key.b);
	return key;
}

/* Take out what the journal has of key.  1 done, 0 nothing there or (keep) it
 * has that class already and stays, -1. */
static int
forget(struct spam *s, const struct spam_key *key, struct str *change,
       struct err *err)
{
	int rc = spam_model_find(&s->model, key, change, err);

	if (rc == 1 &&
	    spam_model_append(&s->model, key, str_slice(change), -1, err) < 0)
		return -1;
	return rc;
}

/* Would the learners alone have said so for sure? */
static bool
was_right(const struct spam_tally *t, double sum, bool is_spam)
{
	return is_spam ? sum >= spam_threshold(t) : sum <= UNSURE_FROM;
}

static int
learn_locked(struct spam *s, const struct spam_key *key, bool is_spam,
             struct str *before, struct err *err)
{
	const struct spam_weights *w = &s->model.weights;
	struct spam_sums sums;
	struct str change;
	int rc;

	str_init(&change, SPAM_CHANGE_MAX);
	rc = spam_model_find(&s->model, key, &change, err);
	if (rc == 1 && before != NULL)
		str_add_slice(before, str_slice(&change));
	if (rc == 1 && spam_change_is_spam(str_slice(&change)) == is_spam)
		goto out;
	if (rc == 1)
		rc = forget(s, key, &change, err);
	if (rc >= 0) {
		str_clear(&change);
		spam_weigh(w, &s->features, &sums);
		spam_learn_plan(w, &s->features, &sums, is_spam,
		                was_right(w->tally, sums.sum, is_spam),
		                &change);
		rc = spam_model_append(&s->model, key, str_slice(&change), 1,
		                       err);
	}
out:
	str_release(&change);
	return rc < 0 ? -1 : 0;
}

int
spam_learn(struct spam *s, const struct message *m, bool is_spam,
           struct err *err)
{
	return spam_correct(s, m, is_spam, NULL, err);
}

int
spam_correct(struct spam *s, const struct message *m, bool is_spam,
             struct str *before, struct err *err)
{
	struct spam_key key = key_of(m);
	int rc;

	if (s->featured != name_of(m)) {
		struct spam_view view;

		spam_view_init(&view, m);
		spam_weights_near(&s->model.weights, &s->features);
		spam_features_of(&s->features, &view);
		spam_view_release(&view);
	}
	/* Learning puts them into another order. */
	s->featured = 0;
	rc = spam_model_begin(&s->model, err);
	if (rc == 0) {
		rc = learn_locked(s, &key, is_spam, before, err);
		spam_model_end(&s->model);
	}
	if (rc == 0 && s->model.tail > SPAM_TAIL_BUSY)
		rc = spam_model_flush(&s->model, err);
	return rc;
}

static int
unknown(struct err *err)
{
	return err_set(err, ERR_NOTFOUND,
	               _("the filter did not learn this message, or too long "
	                 "ago"));
}

/* 1 done, 0 nothing to take back, -1. */
static int
take_back_locked(struct spam *s, const struct spam_key *key,
                 struct slice before, struct err *err)
{
	struct str change;
	int rc;

	str_init(&change, SPAM_CHANGE_MAX);
	rc = spam_model_find(&s->model, key, &change, err);
	/* Nothing was learnt that was not known. */
	if (rc == 1 && before.n > 0 && slice_eq(str_slice(&change), before)) {
		str_release(&change);
		return 1;
	}
	if (rc == 1)
		rc = forget(s, key, &change, err);
	if (rc == 1 && before.n > 0 &&
	    spam_model_append(&s->model, key, before, 1, err) < 0)
		rc = -1;
	str_release(&change);
	return rc;
}

int
spam_take_back(struct spam *s, const struct message *m, struct slice before,
               struct err *err)
{
	struct spam_key key = key_of(m);
	int rc;

	if (spam_model_begin(&s->model, err) < 0)
		return -1;
	rc = take_back_locked(s, &key, before, err);
	spam_model_end(&s->model);
	return rc == 0 ? unknown(err) : rc < 0 ? -1 : 0;
}

int
spam_unlearn(struct spam *s, const struct message *m, struct err *err)
{
	return spam_take_back(s, m, SLICE_NONE, err);
}
