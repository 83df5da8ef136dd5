#include "machine.h"

/* ---- the counter ---- */

#if defined(__x86_64__) || defined(__i386__)

const char *machine_ticks_name(void)
{
    return "rdtsc";
}

uint64_t machine_ticks(void)
{
    return __builtin_ia32_rdtsc();
}

#elif defined(__aarch64__)

const char *machine_ticks_name(void)
{
    return "cntvct_el0";
}

uint64_t machine_ticks(void)
{
    uint64_t ticks;

    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
    return ticks;
}

#else

const char *machine_ticks_name(void)
{
    return NULL;
}

uint64_t machine_ticks(void)
{
    return 0;
}

#endif

/* ---- the caches ---- */

#ifdef __SSE2__

enum { LINE = 64 };

bool machine_write_out(const void *bytes, size_t length)
{
    const char *p = bytes;

    for (size_t i = 0; i < length; i += LINE)
        __builtin_ia32_clflush(p + i);
    __builtin_ia32_mfence();
    return true;
}

#else

bool machine_write_out(const void *bytes, size_t length)
{
    (void)bytes;
    (void)length;
    return false;
}

#endif
