/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tables of pabal.db, and the way from each earlier version.
 *
 * 1. A published migration is never changed; a change is a new one at the end.
 * 2. Ids of messages are never used again (AUTOINCREMENT): the full text index
 *    and the POP3 server rely on it.
 * 3. counter is kept by triggers: row (account, folder) counts what stands
 *    there, row (0, folder) leaves out twins.  No list is ever counted.
 * 4. Every list has an index in its own order (date, then the row's id), so
 *    that a window costs the same wherever it stands.
 * 5. twin: 0, or the id of the same mail that came through another account into
 *    the same folder; views over all accounts leave those out.
 *
 * folder < 4 means neither Spam nor Trash (enum folder); flags & 1 is seen.
 */
#include "store/schema.h"

#include "util/i18n.h"

#include "util/banned.h"

static const char tables[] =
	"CREATE TABLE account(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
	" dir TEXT NOT NULL UNIQUE);"

	"CREATE TABLE message(id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" account INTEGER NOT NULL, folder INTEGER NOT NULL,"
	" base TEXT NOT NULL,"               /* Maildir name up to the flags */
	" cur INTEGER NOT NULL,"             /* in cur/, else in new/ */
	" info TEXT NOT NULL,"               /* the rest of the name: ":2,S" */
	" found INTEGER NOT NULL DEFAULT 0," /* by reconcile */
	" flags INTEGER NOT NULL, date INTEGER NOT NULL,"
	" received INTEGER NOT NULL, size INTEGER NOT NULL,"
	" from_name TEXT NOT NULL, from_addr TEXT NOT NULL,"
	" to_text TEXT NOT NULL, subject TEXT NOT NULL,"
	" message_id TEXT NOT NULL, hash BLOB NOT NULL,"
	" convo INTEGER NOT NULL, attachment INTEGER NOT NULL,"
	" verdict INTEGER NOT NULL, score REAL NOT NULL,"
	" twin INTEGER NOT NULL DEFAULT 0,"
	" copies INTEGER NOT NULL DEFAULT 1);"
	"CREATE UNIQUE INDEX message_base ON message(account, base);"
	"CREATE INDEX message_folder ON message(account, folder, date);"
	"CREATE INDEX message_account ON message(account, date)"
	" WHERE folder < 4;"
	"CREATE INDEX message_all_folder ON message(folder, date)"
	" WHERE twin = 0;"
	"CREATE INDEX message_all ON message(date)"
	" WHERE folder < 4 AND twin = 0;"
	"CREATE INDEX message_unread ON message(account, folder, date)"
	" WHERE (flags & 1) = 0;"
	"CREATE INDEX message_all_unread ON message(folder, date)"
	" WHERE (flags & 1) = 0 AND twin = 0;"
	"CREATE INDEX message_account_unread ON message(account, date)"
	" WHERE (flags & 1) = 0 AND folder < 4;"
	"CREATE INDEX message_any_unread ON message(date)"
	" WHERE (flags & 1) = 0 AND folder < 4 AND twin = 0;"
	"CREATE INDEX message_flagged ON message(date) WHERE (flags & 4) != 0;"
	"CREATE INDEX message_convo ON message(convo, date);"
	"CREATE INDEX message_twin ON message(twin) WHERE twin != 0;"
	"CREATE INDEX message_hash ON message(hash);"
	"CREATE INDEX message_id ON message(message_id)"
	" WHERE message_id != '';"

	"CREATE TABLE reason(message INTEGER PRIMARY KEY, text TEXT NOT NULL);"

	"CREATE TABLE label(name TEXT NOT NULL, date INTEGER NOT NULL,"
	" message INTEGER NOT NULL, PRIMARY KEY(name, date, message))"
	" WITHOUT ROWID;"
	"CREATE INDEX label_message ON label(message);"

	/* Message-IDs seen, as 64 bits of their SHA-256: own ones and those
	 * referred to. */
	"CREATE TABLE convo(ref INTEGER PRIMARY KEY, convo INTEGER NOT NULL);"
	"CREATE INDEX convo_convo ON convo(convo);"

	"CREATE TABLE counter(account INTEGER NOT NULL,"
	" folder INTEGER NOT NULL, total INTEGER NOT NULL,"
	" unread INTEGER NOT NULL, PRIMARY KEY(account, folder))"
	" WITHOUT ROWID;"
	"INSERT INTO counter VALUES(0,0,0,0),(0,1,0,0),(0,2,0,0),(0,3,0,0),"
	"(0,4,0,0),(0,5,0,0);"

	"CREATE TABLE uidl(account INTEGER NOT NULL, uidl BLOB NOT NULL,"
	" state INTEGER NOT NULL, message INTEGER NOT NULL,"
	" fetched INTEGER NOT NULL, PRIMARY KEY(account, uidl))"
	" WITHOUT ROWID;"
	"CREATE INDEX uidl_message ON uidl(message) WHERE message != 0;"

	"CREATE TABLE fetch(id INTEGER PRIMARY KEY, account INTEGER NOT NULL,"
	" started INTEGER NOT NULL, ended INTEGER NOT NULL,"
	" messages INTEGER NOT NULL, skipped INTEGER NOT NULL,"
	" bytes INTEGER NOT NULL, error TEXT);"
	"CREATE INDEX fetch_account ON fetch(account, id);"

	"CREATE TABLE outbox(id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" account INTEGER NOT NULL, state INTEGER NOT NULL,"
	" sender TEXT NOT NULL, subject TEXT NOT NULL,"
	" not_before INTEGER NOT NULL, tries INTEGER NOT NULL, error TEXT,"
	" reply_to INTEGER NOT NULL, reply_flag INTEGER NOT NULL,"
	" draft INTEGER NOT NULL, file TEXT NOT NULL,"
	" doubts INTEGER NOT NULL DEFAULT 0);"
	"CREATE TABLE outbox_rcpt(outbox INTEGER NOT NULL,"
	" place INTEGER NOT NULL, spec TEXT NOT NULL, fate INTEGER NOT NULL,"
	" words TEXT, PRIMARY KEY(outbox, place)) WITHOUT ROWID;"

	"CREATE TABLE contact(address TEXT PRIMARY KEY COLLATE NOCASE,"
	" name TEXT NOT NULL, uses INTEGER NOT NULL, last INTEGER NOT NULL)"
	" WITHOUT ROWID;"
	"CREATE TABLE state(key TEXT PRIMARY KEY, value BLOB NOT NULL)"
	" WITHOUT ROWID;"

	/* When each folder was last compared with its rows. */
	"CREATE TABLE seen(account INTEGER NOT NULL, folder INTEGER NOT NULL,"
	" cur INTEGER NOT NULL, mtime INTEGER NOT NULL,"
	" PRIMARY KEY(account, folder, cur)) WITHOUT ROWID;"

	"CREATE TABLE undo(token INTEGER PRIMARY KEY AUTOINCREMENT,"
	" kind INTEGER NOT NULL);"
	"CREATE TABLE undo_item(token INTEGER NOT NULL,"
	" message INTEGER NOT NULL, number INTEGER NOT NULL, text TEXT,"
	" PRIMARY KEY(token, message)) WITHOUT ROWID;";

/* By the whole key, one row at a time: an OR over accounts makes SQLite collect
 * rows in a table of its own, which takes longer than writing the message's. */
#define ADD_ONE                          \
 "UPDATE counter SET total = total + 1," \
 " unread = unread + ((NEW.flags & 1) = 0)"
#define TAKE_ONE                         \
 "UPDATE counter SET total = total - 1," \
 " unread = unread - ((OLD.flags & 1) = 0)"
#define COUNT_IN                                                         \
 ADD_ONE " WHERE account = NEW.account AND folder = NEW.folder;" ADD_ONE \
	 " WHERE account = 0 AND folder = NEW.folder AND NEW.twin = 0;"
#define COUNT_OUT                                                          \
 TAKE_ONE " WHERE account = OLD.account AND folder = OLD.folder;" TAKE_ONE \
	  " WHERE account = 0 AND folder = OLD.folder AND OLD.twin = 0;"

#define MESSAGE_IN \
 "CREATE TRIGGER message_in AFTER INSERT ON message BEGIN " COUNT_IN "END;"
#define MESSAGE_CHANGE                                            \
 "CREATE TRIGGER message_change AFTER UPDATE OF"                  \
 " account, folder, flags, twin ON message"                       \
 " WHEN OLD.account != NEW.account OR OLD.folder != NEW.folder"   \
 " OR (OLD.flags & 1) != (NEW.flags & 1) OR OLD.twin != NEW.twin" \
 " BEGIN " COUNT_OUT COUNT_IN "END;"
#define MESSAGE_OUT                                                    \
 "CREATE TRIGGER message_out AFTER DELETE ON message BEGIN " COUNT_OUT \
 "DELETE FROM label WHERE message = OLD.id;"                           \
 "DELETE FROM reason WHERE message = OLD.id;"                          \
 "UPDATE uidl SET message = 0, state ="                                \
 " CASE WHEN OLD.stub != 0 AND state = 1 THEN 3 ELSE state END"        \
 " WHERE message = OLD.id AND message != 0;"                           \
 "END;"

static const char triggers[] = MESSAGE_IN
	"CREATE TRIGGER message_out AFTER DELETE ON message BEGIN " COUNT_OUT
	"DELETE FROM label WHERE message = OLD.id;"
	"DELETE FROM reason WHERE message = OLD.id;"
	"UPDATE uidl SET message = 0 WHERE message = OLD.id"
	" AND message != 0;"
	"END;" MESSAGE_CHANGE
	"CREATE TRIGGER message_date AFTER UPDATE OF date ON message"
	" WHEN OLD.date != NEW.date BEGIN"
	" UPDATE label SET date = NEW.date WHERE message = NEW.id;"
	"END;";

/* What LIST said a message has: a UIDL that stands for another message now shows
 * by it. */
static const char uidl_sizes[] =
	"ALTER TABLE uidl ADD COLUMN size INTEGER NOT NULL DEFAULT 0;";

/*
 * outbox_key: what was queued because of a message that came (batch_out.c), so
 * that it never is twice; date: when, for limits a day.
 * outbox.automatic: nobody wrote it; no copy in Sent, nobody becomes known.
 * undo.head: the token that takes this change back with others, or 0.
 */
static const char automatic[] =
	"CREATE TABLE outbox_key(key TEXT PRIMARY KEY,"
	" account INTEGER NOT NULL, date INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE INDEX outbox_key_date ON outbox_key(account, date);"
	"ALTER TABLE outbox ADD COLUMN automatic INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE undo ADD COLUMN head INTEGER NOT NULL DEFAULT 0;"
	"CREATE INDEX undo_head ON undo(head) WHERE head != 0;";

/*
 * message.stub: bytes of a message of which only the header is here, else 0;
 * when such a row goes without the user's will, the server's copy must stay.
 * leaving: what is to be deleted on the server next time to keep its mailbox
 * below a size, shown before it is done.
 * fetch.why: what was skipped.
 */
static const char stubs[] =
	"ALTER TABLE message ADD COLUMN stub INTEGER NOT NULL DEFAULT 0;"
	"CREATE INDEX message_stub ON message(id) WHERE stub != 0;"
	"CREATE TABLE leaving(account INTEGER NOT NULL, uidl BLOB NOT NULL,"
	" size INTEGER NOT NULL, PRIMARY KEY(account, uidl)) WITHOUT ROWID;"
	"ALTER TABLE fetch ADD COLUMN why TEXT;"
	"DROP TRIGGER message_out;" MESSAGE_OUT;

/*
 * message.list: the List-Id in small letters, '' when there is none; NULL: not
 * looked at yet, which message_unlisted finds (lists.c).
 */
static const char lists[] =
	"ALTER TABLE message ADD COLUMN list TEXT;"
	"CREATE INDEX message_list ON message(list, date)"
	" WHERE list IS NOT NULL AND list != '';"
	"CREATE INDEX message_unlisted ON message(id) WHERE list IS NULL;";

/* outbox.dsn: which delivery reports the sender wants (enum smtp_dsn). */
static const char reports[] =
	"ALTER TABLE outbox ADD COLUMN dsn INTEGER NOT NULL DEFAULT 0;";

/* uidl.head: a number made of the message's header (facts_head), by which another
 * message of the same UIDL shows even when this one is gone; 0: not known. */
static const char uidl_heads[] =
	"ALTER TABLE uidl ADD COLUMN head INTEGER NOT NULL DEFAULT 0;";

/*
 * quiet: a listing in which a fetch found nothing to do (store.h).  Whatever may
 * change what the next one finds takes it away.
 */
static const char quiet[] =
	"CREATE TABLE quiet(account INTEGER PRIMARY KEY,"
	" listing INTEGER NOT NULL, wishes INTEGER NOT NULL,"
	" until INTEGER NOT NULL);"
	"CREATE TRIGGER uidl_in AFTER INSERT ON uidl BEGIN"
	" DELETE FROM quiet WHERE account = NEW.account;"
	"END;"
	"CREATE TRIGGER uidl_out AFTER DELETE ON uidl BEGIN"
	" DELETE FROM quiet WHERE account = OLD.account;"
	"END;"
	"CREATE TRIGGER uidl_change AFTER UPDATE ON uidl BEGIN"
	" DELETE FROM quiet WHERE account IN (OLD.account, NEW.account);"
	"END;"
	"CREATE TRIGGER message_stub_change AFTER UPDATE OF stub ON message BEGIN"
	" DELETE FROM quiet WHERE account = NEW.account;"
	"END;";

/* The counters are kept as COUNT_IN and COUNT_OUT do it now. */
static const char counts[] =
	"DROP TRIGGER message_in; DROP TRIGGER message_change;"
	"DROP TRIGGER message_out;" MESSAGE_IN MESSAGE_CHANGE MESSAGE_OUT;

/* outbox.take: how often the row was taken for sending, so that a note of one try
 * is not read as one of another (outbox_journal.c). */
static const char takes[] =
	"ALTER TABLE outbox ADD COLUMN take INTEGER NOT NULL DEFAULT 0;";

/* fetch.took_ms: milliseconds; 0: not known. */
static const char fetch_times[] =
	"ALTER TABLE fetch ADD COLUMN took_ms INTEGER NOT NULL DEFAULT 0;";

struct migration {
	const char *scripts[2];
};

static const struct migration migrations[] = {
	{ { tables, triggers } },  { { uidl_sizes, NULL } },
	{ { automatic, NULL } },   { { stubs, NULL } },
	{ { lists, NULL } },       { { reports, NULL } },
	{ { uidl_heads, NULL } },  { { quiet, NULL } },
	{ { counts, NULL } },      { { takes, NULL } },
	{ { fetch_times, NULL } },
};

#define NEWEST ((int)(sizeof migrations / sizeof migrations[0]))

int
schema_newest(void)
{
	return NEWEST;
}

static int
migrate_from(struct db *db, int64_t version, struct err *err)
{
	for (; version < NEWEST; version++) {
		const struct migration *m = &migrations[version];
		size_t i;

		for (i = 0; i < 2 && m->scripts[i] != NULL; i++) {
			if (db_script(db, m->scripts[i], err) != 0)
				return -1;
		}
	}
	return 0;
}

/* PRAGMA takes no arguments; the numbers are few. */
static int
set_version(struct db *db, struct err *err)
{
	static const char sql[] = "PRAGMA user_version = 11";

	_Static_assert(NEWEST == 11, "and the number in sql");
	return db_script(db, sql, err);
}

int
schema_migrate(struct db *db, struct err *err)
{
	int64_t version = 0;
	int rc;

	if (db_get_int(db, err, &version, "PRAGMA user_version", "") < 0)
		return -1;
	if (version == NEWEST)
		return 0;
	if (version > NEWEST)
		return err_set(err, ERR_CONFIG,
		               _("the mailbox was made by a newer version of "
		                 "this program: use that one"));
	if (db_begin(db, true, err) != 0)
		return -1;
	/* Another process may have done it while we waited. */
	rc = db_get_int(db, err, &version, "PRAGMA user_version", "");
	rc = rc < 0 ? -1 : migrate_from(db, version, err);
	if (rc == 0)
		rc = set_version(db, err);
	return db_end(db, rc, err);
}

int
schema_recount(struct db *db, struct err *err)
{
	return db_script(
		db,
		"UPDATE counter SET total = (SELECT count(*) FROM message m"
		" WHERE m.folder = counter.folder AND (m.account ="
		" counter.account OR (counter.account = 0 AND m.twin = 0))),"
		" unread = (SELECT count(*) FROM message m"
		" WHERE m.folder = counter.folder AND (m.flags & 1) = 0"
		" AND (m.account = counter.account"
		" OR (counter.account = 0 AND m.twin = 0)))",
		err);
}
