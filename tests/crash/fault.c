/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Preloaded into pabal by tests/crash: counts its system calls (as the C library
 * offers them) in all threads together, and does what FAULT_DO says at one of
 * them.  strace counts every thread by itself, so that what one thread does is
 * hidden behind what another did before; here each call has one number.
 *
 *   FAULT_CALLS  names from the list below, with commas
 *   FAULT_AT     the number of the call; 0 or absent: none
 *   FAULT_ON     1: that call and all after it
 *   FAULT_DO     kill | torn | term | an errno's name | one | eintr
 *   FAULT_FILES  1: only what works on a regular file or a folder (or is sent),
 *                and not on the program's own output
 *   FAULT_BELOW  only paths below this one, or relative ones
 *   FAULT_LOG    a file that gets a line for each call: "NUMBER NAME WHAT", and
 *                "HIT" before it where the fault was
 *   FAULT_STACK  the first allocation that comes this way fails (FAULT_ON holds,
 *                too); "all": none does, and the log gets "STACK WAY" for each
 *                way by which one is reached for the first time; where one
 *                failed the way stands behind the line of the HIT
 *
 * A way is the program's own calls that lead to an allocation, and the place of
 * it: the same in each run, whatever the threads do, and few beside the
 * allocations.
 *
 * torn writes half and kills; one reads or writes a single byte; eintr lets
 * half of all calls fail with EINTR.  Only in a program named pabal.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* Allocations before the real malloc is known. */
#define BOOT_SIZE 65536
/* Calls that lead to an allocation, and ways of one run. */
#define DEPTH 96
#define WAYS  (1 << 17)
#define KNOWN 4096

static _Atomic long calls;
static bool ready;
static bool on, files;
static long at;
static int error;
static bool all_ways;        /* are to be told */
static unsigned long way_at; /* fails; 0: none */
static _Atomic bool way_met;

static enum {
	NOTHING,
	KILL,
	TORN,
	TERM,
	ERROR,
	ONE,
	EVERY_OTHER
} todo;

static char names[512] = ",";
static const char *below;
static int log_fd = -1;
static _Thread_local int inside;
static _Thread_local unsigned long own;

static const struct {
	const char *name;
	int number;
} errors[] = {
	{ "EIO", EIO },       { "ENOSPC", ENOSPC }, { "EDQUOT", EDQUOT },
	{ "EFBIG", EFBIG },   { "EROFS", EROFS },   { "EACCES", EACCES },
	{ "EMFILE", EMFILE }, { "ENOMEM", ENOMEM }, { "EAGAIN", EAGAIN },
	{ "EINTR", EINTR },
};

static void
choose(const char *wish)
{
	static const char *const words[] = { "", "kill", "torn", "term",
		                             "", "one",  "eintr" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (*words[i] != '\0' && strcmp(wish, words[i]) == 0)
			todo = i;
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
		if (strcmp(wish, errors[i].name) == 0) {
			todo = ERROR;
			error = errors[i].number;
		}
}

__attribute__((constructor)) static void
begin(void)
{
	const char *v;

	if (strcmp(program_invocation_short_name, "pabal") != 0)
		return;
	inside++;
	if ((v = getenv("FAULT_CALLS")) != NULL)
		(void)snprintf(names, sizeof names, ",%s,", v);
	at = (v = getenv("FAULT_AT")) != NULL ? strtol(v, NULL, 10) : 0;
	on = (v = getenv("FAULT_ON")) != NULL && *v == '1';
	files = (v = getenv("FAULT_FILES")) != NULL && *v == '1';
	below = getenv("FAULT_BELOW");
	if ((v = getenv("FAULT_DO")) != NULL)
		choose(v);
	if ((v = getenv("FAULT_LOG")) != NULL)
		log_fd = open(v, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
		              0600);
	if ((v = getenv("FAULT_STACK")) != NULL) {
		void *warm_up[1];

		(void)backtrace(warm_up, 1);
		all_ways = strcmp(v, "all") == 0;
		way_at = all_ways ? 0 : strtoul(v, NULL, 16);
	}
	inside--;
	ready = true;
}

static void
say(const char *text, size_t n)
{
	if (log_fd >= 0 && syscall(SYS_write, log_fd, text, n) < 0)
		syscall(SYS_exit_group, 99);
}

static bool
is_file(int fd)
{
	struct stat st;

	return fd > STDERR_FILENO && fstat(fd, &st) == 0 &&
	       (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));
}

static void
name_of(int fd, const char *path, char *out, size_t max)
{
	char link[64];
	ssize_t n;

	if (path != NULL) {
		(void)snprintf(out, max, "%s", path);
		return;
	}
	(void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, out, max - 1);
	out[n > 0 ? n : 0] = '\0';
}

/* Count a call; true when it is one to spoil. */
static bool
spoil(const char *call, int fd, const char *path)
{
	char text[512], what[400];
	bool hit;
	long number;
	int n, saved = errno;

	if (!ready || inside != 0)
		return false;
	n = snprintf(what, sizeof what, ",%s,", call);
	if (n < 0 || strstr(names, what) == NULL ||
	    (below != NULL && path != NULL && *path == '/' &&
	     strncmp(path, below, strlen(below)) != 0) ||
	    (files && path == NULL && fd >= 0 && !is_file(fd) &&
	     strcmp(call, "send") != 0))
		return false;
	inside++;
	number = atomic_fetch_add(&calls, 1) + 1;
	hit = at != 0 && (number == at || (on && number > at));
	/* Half of each thread's, in no order: no loop meets the same for ever. */
	if (todo == EVERY_OTHER)
		hit = hit && (++own * 2654435761UL >> 16 & 1) != 0;
	if (log_fd >= 0) {
		name_of(fd, path, what, sizeof what);
		n = snprintf(text, sizeof text, "%s%ld %s %.300s\n",
		             hit ? "HIT " : "", number, call, what);
		say(text, (size_t)n);
	}
	if (hit && todo == KILL)
		kill(getpid(), SIGKILL);
	if (hit && todo == TERM) {
		kill(getpid(), SIGTERM);
		hit = false;
	}
	inside--;
	errno = saved;
	return hit;
}

/* -1 with errno for those that fail. */
static bool
fails(const char *call, int fd, const char *path)
{
	if (!spoil(call, fd, path))
		return false;
	if (todo == EVERY_OTHER)
		errno = EINTR;
	else if (todo == ERROR)
		errno = error;
	else
		return false;
	return true;
}

#define REAL(type, name, ...)           \
 static type (*real)(__VA_ARGS__);      \
 if (real == NULL) {                    \
  void *found = dlsym(RTLD_NEXT, name); \
  memcpy(&real, &found, sizeof real);   \
 }

/* How much of n bytes: half before a kill, one, all; -1 fails. */
static ssize_t
share(const char *call, int fd, size_t n)
{
	if (!spoil(call, fd, NULL))
		return (ssize_t)n;
	switch (todo) {
	case TORN:
		return (ssize_t)(n / 2);
	case ONE:
		return n != 0;
	case ERROR:
		errno = error;
		return -1;
	case EVERY_OTHER:
		errno = EINTR;
		return -1;
	default:
		return (ssize_t)n;
	}
}

static ssize_t
torn(ssize_t rc, ssize_t part, size_t n)
{
	if (todo == TORN && part != (ssize_t)n)
		kill(getpid(), SIGKILL);
	return rc;
}

#define DATA_CALL(name, symbol, qualifier)             \
 ssize_t name(int fd, qualifier void *p, size_t n)     \
 {                                                     \
  ssize_t part = share(symbol, fd, n);                 \
  REAL(ssize_t, symbol, int, qualifier void *, size_t) \
  if (part < 0)                                        \
   return -1;                                          \
  return torn(real(fd, p, (size_t)part), part, n);     \
 }
#define AT_CALL(name, symbol, log, qualifier)                   \
 ssize_t name(int fd, qualifier void *p, size_t n, off_t where) \
 {                                                              \
  ssize_t part = share(log, fd, n);                             \
  REAL(ssize_t, symbol, int, qualifier void *, size_t, off_t)   \
  if (part < 0)                                                 \
   return -1;                                                   \
  return torn(real(fd, p, (size_t)part, where), part, n);       \
 }

DATA_CALL(write, "write", const)
DATA_CALL(read, "read", )
AT_CALL(pwrite, "pwrite", "pwrite64", const)
AT_CALL(pwrite64, "pwrite64", "pwrite64", const)
AT_CALL(pread, "pread", "pread64", )
AT_CALL(pread64, "pread64", "pread64", )

ssize_t
send(int fd, const void *p, size_t n, int flags)
{
	ssize_t part = share("send", fd, n);

	REAL(ssize_t, "send", int, const void *, size_t, int)
	return part < 0 ? -1 : torn(real(fd, p, (size_t)part, flags), part, n);
}

ssize_t
recv(int fd, void *p, size_t n, int flags)
{
	ssize_t part = share("recv", fd, n);

	REAL(ssize_t, "recv", int, void *, size_t, int)
	return part < 0 ? -1 : real(fd, p, (size_t)part, flags);
}

#define FD_CALL(name)         \
 int name(int fd)             \
 {                            \
  REAL(int, #name, int)       \
  if (fails(#name, fd, NULL)) \
   return -1;                 \
  return real(fd);            \
 }

FD_CALL(fsync)
FD_CALL(fdatasync)
FD_CALL(syncfs)

/* What fails to close is closed all the same. */
int
close(int fd)
{
	bool failed = fails("close", fd, NULL);
	int saved = errno;
	int rc;

	REAL(int, "close", int)
	rc = real(fd);
	if (failed)
		errno = saved;
	return failed ? -1 : rc;
}

int
ftruncate(int fd, off_t n)
{
	REAL(int, "ftruncate", int, off_t)
	return fails("ftruncate", fd, NULL) ? -1 : real(fd, n);
}

int
ftruncate64(int fd, off64_t n)
{
	REAL(int, "ftruncate64", int, off64_t)
	return fails("ftruncate", fd, NULL) ? -1 : real(fd, n);
}

int
flock(int fd, int how)
{
	REAL(int, "flock", int, int)
	return fails("flock", fd, NULL) ? -1 : real(fd, how);
}

int
poll(struct pollfd *fds, nfds_t n, int timeout)
{
	REAL(int, "poll", struct pollfd *, nfds_t, int)
	return fails("poll", -1, NULL) ? -1 : real(fds, n, timeout);
}

int
rename(const char *from, const char *to)
{
	REAL(int, "rename", const char *, const char *)
	return fails("rename", -1, to) ? -1 : real(from, to);
}

int
renameat(int a, const char *from, int b, const char *to)
{
	REAL(int, "renameat", int, const char *, int, const char *)
	return fails("rename", -1, to) ? -1 : real(a, from, b, to);
}

int
linkat(int a, const char *from, int b, const char *to, int flags)
{
	REAL(int, "linkat", int, const char *, int, const char *, int)
	return fails("link", -1, to) ? -1 : real(a, from, b, to, flags);
}

int
unlink(const char *path)
{
	REAL(int, "unlink", const char *)
	return fails("unlink", -1, path) ? -1 : real(path);
}

int
unlinkat(int fd, const char *path, int flags)
{
	REAL(int, "unlinkat", int, const char *, int)
	return fails("unlink", -1, path) ? -1 : real(fd, path, flags);
}

int
mkdir(const char *path, mode_t mode)
{
	REAL(int, "mkdir", const char *, mode_t)
	return fails("mkdir", -1, path) ? -1 : real(path, mode);
}

int
mkdirat(int fd, const char *path, mode_t mode)
{
	REAL(int, "mkdirat", int, const char *, mode_t)
	return fails("mkdir", -1, path) ? -1 : real(fd, path, mode);
}

/* "open" is any, "openw" one that may write, "create" one that may make. */
static bool
open_fails(const char *path, int flags)
{
	if (fails("open", -1, path))
		return true;
	if ((flags & (O_WRONLY | O_RDWR)) != 0 && fails("openw", -1, path))
		return true;
	return (flags & O_CREAT) != 0 && fails("create", -1, path);
}

static mode_t
mode_of(int flags, va_list ap)
{
	return (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(ap, mode_t) : 0;
}

#define OPEN_CALL(name)                     \
 int name(const char *path, int flags, ...) \
 {                                          \
  va_list ap;                               \
  mode_t mode;                              \
  REAL(int, #name, const char *, int, ...)  \
  va_start(ap, flags);                      \
  mode = mode_of(flags, ap);                \
  va_end(ap);                               \
  if (open_fails(path, flags))              \
   return -1;                               \
  return real(path, flags, mode);           \
 }
#define OPENAT_CALL(name)                           \
 int name(int fd, const char *path, int flags, ...) \
 {                                                  \
  va_list ap;                                       \
  mode_t mode;                                      \
  REAL(int, #name, int, const char *, int, ...)     \
  va_start(ap, flags);                              \
  mode = mode_of(flags, ap);                        \
  va_end(ap);                                       \
  if (open_fails(path, flags))                      \
   return -1;                                       \
  return real(fd, path, flags, mode);               \
 }

OPEN_CALL(open)
OPEN_CALL(open64)
OPENAT_CALL(openat)
OPENAT_CALL(openat64)

/* With _FORTIFY_SOURCE the compiler calls these. */
ssize_t
__read_chk(int fd, void *p, size_t n, size_t size)
{
	return read(fd, p, n <= size ? n : size);
}

ssize_t
__recv_chk(int fd, void *p, size_t n, size_t size, int flags)
{
	return recv(fd, p, n <= size ? n : size, flags);
}

int
__open_2(const char *path, int flags)
{
	return open(path, flags);
}

int
__open64_2(const char *path, int flags)
{
	return open(path, flags);
}

int
__openat_2(int fd, const char *path, int flags)
{
	return openat(fd, path, flags);
}

int
__openat64_2(int fd, const char *path, int flags)
{
	return openat(fd, path, flags);
}

/* ---- memory ---- */

static char boot[BOOT_SIZE];
static size_t boot_used;
static void *(*real_malloc)(size_t);
static void *(*real_realloc)(void *, size_t);
static void (*real_free)(void *);

static bool
is_boot(const void *p)
{
	return (const char *)p >= boot && (const char *)p < boot + BOOT_SIZE;
}

static void
find_malloc(void)
{
	static bool searching;
	void *found[3];

	if (searching)
		return;
	searching = true;
	found[0] = dlsym(RTLD_NEXT, "malloc");
	found[1] = dlsym(RTLD_NEXT, "realloc");
	found[2] = dlsym(RTLD_NEXT, "free");
	memcpy(&real_realloc, &found[1], sizeof found[1]);
	memcpy(&real_free, &found[2], sizeof found[2]);
	memcpy(&real_malloc, &found[0], sizeof found[0]);
}

struct place {
	unsigned long address;
	unsigned long key; /* 0: of this library */
	bool own;          /* of the program itself */
};

static unsigned long
mix(unsigned long way, unsigned long v)
{
	way = (way ^ v) * 0x9e3779b97f4a7c15UL;
	return way ^ way >> 29;
}

static bool
is_inside(const struct dl_phdr_info *info, unsigned long address)
{
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *h = &info->dlpi_phdr[i];
		unsigned long start = info->dlpi_addr + h->p_vaddr;

		if (h->p_type == PT_LOAD && address >= start &&
		    address < start + h->p_memsz)
			return true;
	}
	return false;
}

/* In which file it is, and where there: the addresses differ in each run. */
static int
place_in(struct dl_phdr_info *info, size_t size, void *ctx)
{
	struct place *p = ctx;

	(void)size;
	if (!is_inside(info, p->address))
		return 0;
	p->own = *info->dlpi_name == '\0';
	p->key = 1;
	for (const char *c = info->dlpi_name; *c != '\0'; c++)
		p->key = mix(p->key, (unsigned char)*c);
	p->key = mix(p->key, p->address - info->dlpi_addr);
	if (is_inside(info, (unsigned long)(void *)place_in))
		p->key = 0;
	return 1;
}

/* The same address has the same place, of each thread's memory. */
static const struct place *
place_of(unsigned long address)
{
	static _Thread_local struct place known[KNOWN];
	struct place *p = &known[mix(1, address) % KNOWN];

	if (p->address != address) {
		*p = (struct place){ .address = address, .key = 1 };
		(void)dl_iterate_phdr(place_in, p);
	}
	return p;
}

/*
 * The way that led here; never 0.  Of the calls within a library only the last
 * counts: there are thousands of ways through SQLite and OpenSSL, but what they
 * do to us is decided by what we asked for.
 */
static unsigned long
way_here(void)
{
	void *frames[DEPTH];
	unsigned long way = 1;
	bool last = true;
	int n = backtrace(frames, DEPTH);

	for (int i = 0; i < n; i++) {
		const struct place *p = place_of((unsigned long)frames[i]);

		if (p->key == 0 || (!p->own && !last))
			continue;
		way = mix(way, p->key);
		last = false;
	}
	return way != 0 ? way : 1;
}

/* Tell of it once. */
static void
tell_way(unsigned long way)
{
	static _Atomic unsigned long told[WAYS];
	char text[64];
	unsigned long i = way % WAYS;
	int n;

	for (;; i = (i + 1) % WAYS) {
		unsigned long none = 0;

		if (atomic_load(&told[i]) == way)
			return;
		if (atomic_compare_exchange_strong(&told[i], &none, way))
			break;
		if (none == way)
			return;
	}
	n = snprintf(text, sizeof text, "STACK %016lx\n", way);
	say(text, (size_t)n);
}

static bool
no_memory(void)
{
	unsigned long way;
	bool fail = false;
	int saved = errno;

	if (!ready || inside != 0 || (!all_ways && way_at == 0))
		return false;
	if (atomic_load(&way_met)) {
		if (on)
			errno = ENOMEM;
		return on;
	}
	inside++;
	way = way_here();
	if (all_ways)
		tell_way(way);
	else if (way == way_at && !atomic_exchange(&way_met, true)) {
		void *frames[DEPTH];

		say("HIT memory\n", 11);
		if (log_fd >= 0)
			backtrace_symbols_fd(frames, backtrace(frames, DEPTH),
			                     log_fd);
		fail = true;
	}
	inside--;
	errno = fail ? ENOMEM : saved;
	return fail;
}

void *
malloc(size_t n)
{
	if (real_malloc == NULL)
		find_malloc();
	if (real_malloc == NULL) { /* dlsym itself */
		void *p = boot + boot_used;

		boot_used += (n + 15) & ~(size_t)15;
		return boot_used <= BOOT_SIZE ? p : NULL;
	}
	return no_memory() ? NULL : real_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	size_t all;
	void *p;

	if (__builtin_mul_overflow(n, size, &all))
		return NULL;
	p = malloc(all);
	return p != NULL ? memset(p, 0, all) : NULL;
}

void
free(void *p)
{
	if (p != NULL && !is_boot(p))
		real_free(p);
}

void *
realloc(void *p, size_t n)
{
	void *q;

	if (p == NULL)
		return malloc(n);
	if (!is_boot(p))
		return no_memory() ? NULL : real_realloc(p, n);
	q = malloc(n);
	return q != NULL ? memcpy(q, p, n) : NULL;
}
