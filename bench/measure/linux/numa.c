/* mbind(2), get_mempolicy(2), move_pages(2) by their numbers: libnuma is not there for every C library. */
#include "../numa.h"

#include <errno.h>
#include <limits.h>
#include <mapwise.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NODES_MAX = 1024, WORD = sizeof(unsigned long) * CHAR_BIT, PAGES_AT_ONCE = 256 };
enum { MODE_BIND = 2, MODE_INTERLEAVE = 3, FLAG_ALLOWED = 1 << 2 };

struct nodes {
    unsigned long words[NODES_MAX / WORD];
};

static bool has(const struct nodes *nodes, int node)
{
    return nodes->words[node / WORD] >> (node % WORD) & 1;
}

/* Those with memory that this process may use. */
static struct nodes allowed(void)
{
    struct nodes nodes = {{0}};

    if (syscall(SYS_get_mempolicy, NULL, nodes.words, NODES_MAX, NULL, FLAG_ALLOWED) != 0)
        nodes = (struct nodes){{0}};
    return nodes;
}

unsigned numa_nodes(void)
{
    const struct nodes nodes = allowed();
    unsigned count = 0;

    for (int i = 0; i < NODES_MAX; i++)
        count += has(&nodes, i);
    return count;
}

int numa_here(void)
{
    unsigned processor, node;

    return syscall(SYS_getcpu, &processor, &node, NULL) == 0 && node < NODES_MAX ? (int)node : -1;
}

int numa_other(int node)
{
    const struct nodes nodes = allowed();

    for (int i = 0; i < NODES_MAX; i++)
        if (i != node && has(&nodes, i))
            return i;
    return -1;
}

bool numa_place(void *address, size_t length, int node)
{
    struct nodes nodes = {{0}};

    if (node < 0)
        nodes = allowed();
    else
        nodes.words[node / WORD] |= 1UL << (node % WORD);
    return syscall(SYS_mbind, address, length, node < 0 ? MODE_INTERLEAVE : MODE_BIND, nodes.words, NODES_MAX,
                   0) == 0;
}

int64_t numa_pages_on(void *address, size_t length, int node)
{
    const size_t page = mw_page_size();
    void *pages[PAGES_AT_ONCE];
    int status[PAGES_AT_ONCE];
    int64_t found = 0;

    for (size_t done = 0; done < length;) {
        unsigned long count = 0;
        for (; count < PAGES_AT_ONCE && done < length; done += page)
            pages[count++] = (char *)address + done;
        if (syscall(SYS_move_pages, 0, count, pages, NULL, status, 0) != 0)
            return -1;
        for (unsigned long i = 0; i < count; i++)
            found += status[i] == node;
    }
    return found;
}
