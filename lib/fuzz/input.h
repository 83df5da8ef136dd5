/* What the fuzzer gives, taken bit by bit. Past the end it is all zero. */
#ifndef INPUT_H
#define INPUT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct input {
    const uint8_t *bytes;
    size_t left;
};

static inline uint8_t take_byte(struct input *input)
{
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->bytes++;
}

static inline uint64_t take_word(struct input *input)
{
    uint64_t word = 0;

    for (int i = 0; i < 8; i++)
        word = word << 8 | take_byte(input);
    return word;
}

/* A number around `size`: inside it, at its end, a little or far outside. */
static inline uint64_t take_number(struct input *input, uint64_t size)
{
    const uint8_t kind = take_byte(input);
    const uint64_t small = (uint64_t)take_byte(input) << 8 | take_byte(input);

    switch (kind % 8) {
    case 0:
        return size + small % 3 - 1;
    case 1:
        return UINT64_MAX - small % 4;
    case 2:
        return take_word(input);
    default:
        return size + 1 > 1 ? small % (size + 1) : small % 2;
    }
}

/* The same with a sign, INT64_MIN among them. */
static inline int64_t take_signed(struct input *input, uint64_t size)
{
    const uint8_t sign = take_byte(input);
    const int64_t number = (int64_t)take_number(input, size);

    if (sign % 8 == 0)
        return INT64_MIN;
    return sign % 2 && number != INT64_MIN ? -number : number;
}

/* The library and the model disagree: that is a finding. */
#define AGREE(truth, ...)                                                                                    \
    do {                                                                                                     \
        if (!(truth)) {                                                                                      \
            fprintf(stderr, "%s:%d: not so: %s: ", __FILE__, __LINE__, #truth);                              \
            fprintf(stderr, __VA_ARGS__);                                                                    \
            fputc('\n', stderr);                                                                             \
            abort();                                                                                         \
        }                                                                                                    \
    } while (0)

#endif
