/* How collectors of garbage and data bases find out what was changed: all pages are protected, the first
 * store to each is a trap, and the handler gives that page its write access back. Single traps are timed;
 * what protecting costs is protect_toggle. The handler calls mprotect itself, since no signal handler may
 * come into the library's calls on its own map. */
#include "sample.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

static struct {
    unsigned char *bytes; /* NULL: nothing is protected */
    size_t length, page_size;
    volatile sig_atomic_t traps, failed;
    struct sigaction previous;
} barrier;

static void give_access(int signal_number, siginfo_t *info, void *context)
{
    const uintptr_t offset = (uintptr_t)info->si_addr - (uintptr_t)barrier.bytes;
    const int error = errno;

    (void)context;
    if (offset >= barrier.length) { /* not ours: it happens again, to whoever had the signal before */
        sigaction(signal_number, &barrier.previous, NULL);
        return;
    }
    if (mprotect(barrier.bytes + offset / barrier.page_size * barrier.page_size, barrier.page_size,
                 PROT_READ | PROT_WRITE) != 0) {
        barrier.failed = errno;
        mprotect(barrier.bytes, barrier.length, PROT_READ | PROT_WRITE);
    }
    barrier.traps++;
    errno = error;
}

static void protect(struct sample *s)
{
    struct sigaction action = {.sa_sigaction = give_access, .sa_flags = SA_SIGINFO};

    sigemptyset(&action.sa_mask);
    barrier.length = (size_t)s->length;
    barrier.page_size = s->page_size;
    barrier.traps = barrier.failed = 0;
    if (sigaction(SIGSEGV, &action, &barrier.previous) != 0) {
        sample_broken(s, "sigaction: %s", strerror(errno));
        return;
    }
    barrier.bytes = s->bytes;
    if (mprotect(s->bytes, barrier.length, PROT_READ) != 0)
        sample_broken(s, "mprotect: %s", strerror(errno));
}

static void count_traps(struct sample *s)
{
    if (barrier.failed)
        sample_broken(s, "mprotect of one more page: %s", strerror(barrier.failed));
    else if ((size_t)barrier.traps != s->touches)
        sample_doubt(s, "%ld traps in %zu stores", (long)barrier.traps, s->touches);
}

static void unprotect(struct sample *s)
{
    (void)s;
    if (barrier.bytes)
        sigaction(SIGSEGV, &barrier.previous, NULL);
    barrier.bytes = NULL;
}

FAMILY(write_barrier, "time of a store that traps, and of giving the page its write access back",
       .items = "traps", .demands = {.subject = MEMORY, .temperature = MAPPED, .pages = SMALL_PAGES},
       .prepare = protect, .check = count_traps, .finish = unprotect,
       .axes = {VARY("size", "16M", STANDARD("64M")), VARY("touches", "1024", STANDARD("256"))})
{
    each_operation(s, 0, s->touches);
    each_laps(s, s->touches);
    while (next_sample(s))
        for (size_t i = 0; i < s->touches; i++) {
            *(volatile uint64_t *)(void *)(s->bytes + s->offsets[i]) = i;
            lap(s);
        }
}
