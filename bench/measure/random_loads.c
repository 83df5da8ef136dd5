#include "random_loads.h"

#include "access.h"
#include "clock.h"
#include "random.h"

enum { LINE = 64 };

const uint64_t *random_lines(struct sample *s, uint64_t length, size_t count)
{
    uint64_t *offsets = sample_memory(s, count * sizeof *offsets);
    uint64_t state = s->run->seed;

    for (size_t i = 0; offsets && i < count; i++)
        offsets[i] = random_below(&state, length / LINE) * LINE;
    return offsets;
}

void load_in_turn(const void *bytes, const uint64_t *offsets, size_t count)
{
    static volatile uint64_t no_bits; /* which nobody knows but us */
    const uint64_t mask = no_bits;
    const unsigned char *p = bytes;
    uint64_t value = 0;

    for (size_t i = 0; i < count; i++)
        value = *(const volatile uint64_t *)(const void *)(p + offsets[i] + (value & mask));
    consume(value);
}

double time_of_loads(const void *bytes, const uint64_t *offsets, size_t count)
{
    const int64_t began = clock_nanoseconds();

    load_in_turn(bytes, offsets, count);
    return seconds_between(began, clock_nanoseconds()) * 1e9 / (double)count;
}
