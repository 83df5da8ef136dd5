/* userfaultfd(2), ioctl_userfaultfd(2): missing pages since Linux 4.3, write protection since 5.7, minor
 * faults since 5.13 (shared memory: 5.14). Faults of the kernel on our behalf are not asked for, so no rights
 * are needed since 5.11. */
#include "../user_faults.h"

#include "../access.h"
#include "../processor.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { USER_MODE_ONLY = 1 }; /* UFFD_USER_MODE_ONLY, which older headers lack */

struct user_faults {
    enum user_fault kind;
    struct uffdio_range range;
    size_t page_size;
    void *page; /* what missing pages are copied from */
    int file, stop[2];
    unsigned processor;
    pthread_t thread;
    bool running;
    atomic_int error;
    atomic_ullong answered;
};

static const struct {
    const char *name;
    uint64_t mode, features;
} kinds[] = {
    [USER_FAULT_MISSING] = {"missing pages", UFFDIO_REGISTER_MODE_MISSING, 0},
    [USER_FAULT_MINOR] = {"minor faults", UFFDIO_REGISTER_MODE_MINOR, UFFD_FEATURE_MINOR_SHMEM},
    [USER_FAULT_WRITE_PROTECT] = {"write protection", UFFDIO_REGISTER_MODE_WP,
                                  UFFD_FEATURE_PAGEFAULT_FLAG_WP},
};

/* ---- the thread that answers ---- */

static int protect(const struct user_faults *faults, struct uffdio_range range, uint64_t mode)
{
    struct uffdio_writeprotect request = {.range = range, .mode = mode};

    return ioctl(faults->file, UFFDIO_WRITEPROTECT, &request);
}

static int answer(const struct user_faults *faults, uint64_t address)
{
    const struct uffdio_range range = {.start = address & ~((uint64_t)faults->page_size - 1),
                                       .len = faults->page_size};
    struct uffdio_copy copy = {.dst = range.start, .src = (uintptr_t)faults->page, .len = range.len};
    struct uffdio_continue resume = {.range = range};

    switch (faults->kind) {
    case USER_FAULT_MISSING:
        return ioctl(faults->file, UFFDIO_COPY, &copy);
    case USER_FAULT_MINOR:
        return ioctl(faults->file, UFFDIO_CONTINUE, &resume);
    case USER_FAULT_WRITE_PROTECT:
        return protect(faults, range, 0);
    }
    return -1;
}

/* True: go on. */
static bool answer_next(struct user_faults *faults)
{
    struct pollfd events[] = {{.fd = faults->file, .events = POLLIN},
                              {.fd = faults->stop[0], .events = POLLIN}};
    struct uffd_msg message;

    if (poll(events, 2, -1) < 0)
        return errno == EINTR;
    if (events[1].revents)
        return false;
    if (read(faults->file, &message, sizeof message) != (ssize_t)sizeof message)
        return errno == EAGAIN || errno == EINTR;
    if (message.event != UFFD_EVENT_PAGEFAULT)
        return true;
    /* Before the touch goes on, and sees how many there were. */
    atomic_fetch_add_explicit(&faults->answered, 1, memory_order_relaxed);
    return answer(faults, message.arg.pagefault.address) == 0;
}

static void *serve(void *user)
{
    struct user_faults *faults = user;

    processor_share(faults->processor);
    errno = 0;
    while (answer_next(faults))
        errno = 0;
    if (errno) { /* whoever waits for a page must not wait for ever: it becomes the system's */
        atomic_store(&faults->error, errno);
        ioctl(faults->file, UFFDIO_UNREGISTER, &faults->range);
        ioctl(faults->file, UFFDIO_WAKE, &faults->range);
    }
    return NULL;
}

/* Signals are for the thread that measures. */
static int start_thread(struct user_faults *faults)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    const int error = pthread_create(&faults->thread, NULL, serve, faults);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    faults->running = error == 0;
    errno = error;
    return error == 0 ? 0 : -1;
}

/* ---- starting and ending ---- */

static int open_user_faults(void)
{
    const int flags = O_CLOEXEC | O_NONBLOCK;
    const int file = (int)syscall(SYS_userfaultfd, flags | USER_MODE_ONLY);

    return file < 0 && errno == EINVAL ? (int)syscall(SYS_userfaultfd, flags) : file;
}

/* False after the series has ended. */
static bool set_up(struct user_faults *faults, struct sample *s)
{
    struct uffdio_api api = {.api = UFFD_API, .features = kinds[faults->kind].features};
    struct uffdio_register request = {.range = faults->range, .mode = kinds[faults->kind].mode};

    faults->file = open_user_faults();
    if (faults->file < 0) {
        if (errno == EPERM)
            sample_cannot(s, "userfaultfd: not allowed here; it needs vm.unprivileged_userfaultfd = 1, "
                             "CAP_SYS_PTRACE or Linux 5.11, and no seccomp filter against it");
        else
            sample_cannot(s, "userfaultfd: %s", strerror(errno));
        return false;
    }
    if (ioctl(faults->file, UFFDIO_API, &api) != 0 || ioctl(faults->file, UFFDIO_REGISTER, &request) != 0) {
        sample_cannot(s, "userfaultfd: this system has no %s for this memory (%s)", kinds[faults->kind].name,
                      strerror(errno));
        return false;
    }
    if (faults->kind == USER_FAULT_WRITE_PROTECT &&
        protect(faults, faults->range, UFFDIO_WRITEPROTECT_MODE_WP) != 0) {
        sample_broken(s, "write protection: %s", strerror(errno));
        return false;
    }
    if (pipe(faults->stop) != 0 || start_thread(faults) != 0) {
        sample_broken(s, "a thread for page faults: %s", strerror(errno));
        return false;
    }
    return true;
}

struct user_faults *user_faults_start(struct sample *s, enum user_fault kind, void *bytes, size_t length,
                                      unsigned processor)
{
    struct user_faults *faults = calloc(1, sizeof *faults);

    if (!faults) {
        sample_broken(s, "out of memory");
        return NULL;
    }
    *faults = (struct user_faults){.kind = kind,
                                   .range = {.start = (uintptr_t)bytes, .len = length},
                                   .page_size = s->page_size,
                                   .page = aligned_alloc(s->page_size, s->page_size),
                                   .file = -1,
                                   .stop = {-1, -1},
                                   .processor = processor};
    if (!faults->page)
        sample_broken(s, "out of memory");
    else
        store_bytes(faults->page, s->page_size, 1);
    if (faults->page && set_up(faults, s))
        return faults;
    user_faults_end(faults);
    return NULL;
}

uint64_t user_faults_answered(const struct user_faults *faults, struct sample *s)
{
    const int error = atomic_load(&faults->error);

    if (error)
        sample_doubt(s, "a page fault could not be answered: %s", strerror(error));
    return atomic_load(&faults->answered);
}

void user_faults_end(struct user_faults *faults)
{
    if (!faults)
        return;
    if (faults->running) {
        close(faults->stop[1]);
        faults->stop[1] = -1;
        pthread_join(faults->thread, NULL);
    }
    for (int i = 0; i < 2; i++)
        if (faults->stop[i] >= 0)
            close(faults->stop[i]);
    if (faults->file >= 0)
        close(faults->file);
    free(faults->page);
    free(faults);
}
