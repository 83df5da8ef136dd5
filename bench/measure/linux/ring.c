/* io_uring by its system calls, so that no library is needed. */
#include "../ring.h"

#include <errno.h>
#include <linux/io_uring.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct ring {
    int file;
    unsigned char *shared; /* both queues */
    size_t shared_bytes;
    struct io_uring_sqe *entries;
    size_t entries_bytes;
    unsigned waiting; /* put there and not begun */
    unsigned begun;   /* and not taken out */
    struct io_uring_params layout;
};

/* The kernel reads and writes these words, too. */
static _Atomic unsigned *word(const struct ring *ring, unsigned offset)
{
    return (_Atomic unsigned *)(void *)(ring->shared + offset);
}

static unsigned mask(const struct ring *ring, unsigned offset)
{
    return atomic_load_explicit(word(ring, offset), memory_order_relaxed);
}

static void *map_part(const struct ring *ring, size_t bytes, uint64_t part)
{
    void *start = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, ring->file, (off_t)part);

    return start == MAP_FAILED ? NULL : start;
}

static bool map_queues(struct ring *ring)
{
    const struct io_uring_params *layout = &ring->layout;
    const size_t submitted = layout->sq_off.array + layout->sq_entries * sizeof(unsigned);
    const size_t completed = layout->cq_off.cqes + layout->cq_entries * sizeof(struct io_uring_cqe);

    if (!(layout->features & IORING_FEAT_SINGLE_MMAP)) {
        errno = ENOSYS; /* older than Linux 5.4, whose rings could not just read either */
        return false;
    }
    ring->shared_bytes = submitted > completed ? submitted : completed;
    ring->shared = map_part(ring, ring->shared_bytes, IORING_OFF_SQ_RING);
    ring->entries_bytes = layout->sq_entries * sizeof *ring->entries;
    ring->entries = ring->shared ? map_part(ring, ring->entries_bytes, IORING_OFF_SQES) : NULL;
    return ring->entries;
}

struct ring *ring_open(unsigned depth)
{
    struct ring *ring = calloc(1, sizeof *ring);

    if (!ring)
        return NULL;
    ring->file = (int)syscall(SYS_io_uring_setup, depth, &ring->layout);
    if (ring->file >= 0 && map_queues(ring))
        return ring;
    const int error = errno;
    ring_close(ring);
    errno = error;
    return NULL;
}

void ring_read(struct ring *ring, int file, void *buffer, size_t length, uint64_t offset, unsigned tag)
{
    _Atomic unsigned *tail = word(ring, ring->layout.sq_off.tail);
    const unsigned at = atomic_load_explicit(tail, memory_order_relaxed);
    const unsigned index = at & mask(ring, ring->layout.sq_off.ring_mask);

    ring->entries[index] = (struct io_uring_sqe){.opcode = IORING_OP_READ,
                                                 .fd = file,
                                                 .addr = (uintptr_t)buffer,
                                                 .len = (unsigned)length,
                                                 .off = offset,
                                                 .user_data = tag};
    atomic_store_explicit(word(ring, ring->layout.sq_off.array) + index, index, memory_order_relaxed);
    atomic_store_explicit(tail, at + 1, memory_order_release);
    ring->waiting++;
}

/* Takes one that is done. False: none is. */
static bool take(struct ring *ring, unsigned *tag, int64_t *got)
{
    _Atomic unsigned *head = word(ring, ring->layout.cq_off.head);
    const unsigned at = atomic_load_explicit(head, memory_order_relaxed);
    const struct io_uring_cqe *done =
        (const struct io_uring_cqe *)(const void *)(ring->shared + ring->layout.cq_off.cqes);

    if (at == atomic_load_explicit(word(ring, ring->layout.cq_off.tail), memory_order_acquire))
        return false;
    done += at & mask(ring, ring->layout.cq_off.ring_mask);
    *tag = (unsigned)done->user_data;
    *got = done->res;
    atomic_store_explicit(head, at + 1, memory_order_release);
    ring->begun--;
    return true;
}

bool ring_wait(struct ring *ring, unsigned *tag, int64_t *got)
{
    while (!take(ring, tag, got)) {
        const long begun = syscall(SYS_io_uring_enter, ring->file, ring->waiting, 1, IORING_ENTER_GETEVENTS,
                                   NULL, (size_t)0);
        if (begun < 0 && errno != EINTR)
            return false;
        ring->waiting -= begun > 0 ? (unsigned)begun : 0;
        ring->begun += begun > 0 ? (unsigned)begun : 0;
    }
    return true;
}

/* Also where the ring is broken: reads end by themselves, while we sleep. */
static void wait_for_all(struct ring *ring)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    unsigned tag;
    int64_t got;

    while (ring->begun > 0)
        if (!take(ring, &tag, &got))
            nanosleep(&pause, NULL);
}

void ring_close(struct ring *ring)
{
    if (!ring)
        return;
    wait_for_all(ring);
    if (ring->entries)
        munmap(ring->entries, ring->entries_bytes);
    if (ring->shared)
        munmap(ring->shared, ring->shared_bytes);
    if (ring->file >= 0)
        close(ring->file);
    free(ring);
}
