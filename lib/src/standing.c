#include "standing.h"

#define BIT(advice) (1u << MW_ADVICE_##advice)

/* Advice that lasts, and what it puts an end to. What is not here is done with once it is given. */
static const struct {
    mw_advice advice;
    uint32_t set, clear;
} lasting[] = {
    {MW_ADVICE_NORMAL, 0, BIT(RANDOM) | BIT(SEQUENTIAL)},
    {MW_ADVICE_RANDOM, BIT(RANDOM), BIT(SEQUENTIAL)},
    {MW_ADVICE_SEQUENTIAL, BIT(SEQUENTIAL), BIT(RANDOM)},
    {MW_ADVICE_DONTFORK, BIT(DONTFORK), 0},
    {MW_ADVICE_DOFORK, 0, BIT(DONTFORK)},
    {MW_ADVICE_MERGEABLE, BIT(MERGEABLE), 0},
    {MW_ADVICE_UNMERGEABLE, 0, BIT(MERGEABLE)},
    {MW_ADVICE_HUGEPAGE, BIT(HUGEPAGE), BIT(NOHUGEPAGE)},
    {MW_ADVICE_NOHUGEPAGE, BIT(NOHUGEPAGE), BIT(HUGEPAGE)},
    {MW_ADVICE_DONTDUMP, BIT(DONTDUMP), 0},
    {MW_ADVICE_DODUMP, 0, BIT(DONTDUMP)},
    {MW_ADVICE_WIPEONFORK, BIT(WIPEONFORK), 0},
    {MW_ADVICE_KEEPONFORK, 0, BIT(WIPEONFORK)},
};

void mw__standing_note(mw_map *map, mw_advice advice)
{
    for (size_t i = 0; i < sizeof lasting / sizeof lasting[0]; i++) {
        if (lasting[i].advice != advice)
            continue;
        atomic_fetch_and_explicit(&map->advised, ~lasting[i].clear, memory_order_relaxed);
        atomic_fetch_or_explicit(&map->advised, lasting[i].set, memory_order_relaxed);
    }
}

int mw__standing_apply(const mw_map *map, void *address, size_t length, mw_err *err)
{
    const uint32_t advised = atomic_load_explicit(&mw__not_const(map)->advised, memory_order_relaxed);

    for (size_t i = 0; i < sizeof lasting / sizeof lasting[0]; i++)
        if (advised & lasting[i].set)
            mw__os_advise(address, length, mw__os_advice_native(lasting[i].advice), NULL);
    const uint8_t locked = atomic_load_explicit(&mw__not_const(map)->locked, memory_order_relaxed);
    /* Pages past the end of the file can't be had yet. */
    const bool later = locked == MW_LOCKED_ON_FAULT || (map->flags & MW_F_SLACK_OK);

    return locked == MW_LOCKED_NOT ? MW_OK : mw__os_lock(address, length, later, err);
}
