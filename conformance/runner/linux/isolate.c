#include "calls.h"
#include "child.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

void *memory_kept_from_children(size_t bytes)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    /* The C library's functions may be what is looked at, and wrong. */
    void *memory = raw_calls.map(NULL, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);

    if (memory == MAP_FAILED)
        return NULL;
    raw_calls.advise(memory, bytes, MADV_DONTFORK); /* if it is refused, they get it after all */
    return memory;
}

void free_memory_kept(void *memory, size_t bytes)
{
    if (memory)
        raw_calls.unmap(memory, bytes);
}

void die_with_parent(pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        raise(SIGKILL);
}

void stay_readable(void)
{
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

void be_first_without_memory(void)
{
    static const char most_likely[] = "1000";
    int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

    if (score < 0)
        return; /* no /proc: the system chooses as it likes */
    if (write(score, most_likely, strlen(most_likely)) < 0) {
        /* Likewise. */
    }
    close(score);
}

const char *why_no_files(const char *folder)
{
    const uint32_t hugetlbfs = 0x958458f6;
    struct statfs status;

    if (statfs(folder, &status) == 0 && (uint32_t)status.f_type == hugetlbfs)
        return "files of hugetlbfs consist of huge pages and can't be written";
    return NULL;
}

#ifndef SYS_close_range /* headers older than the kernel; the same number everywhere */
#define SYS_close_range 436
#endif

/* One call where there is close_range (Linux 5.9), since every case does this. */
void close_between(int first, int last)
{
    if (first > last || syscall(SYS_close_range, (unsigned)first, (unsigned)last, 0U) == 0)
        return;
    for (int descriptor = first; descriptor <= last; descriptor++)
        close(descriptor);
}
