/* System calls that fail as a case wishes: seccomp(2). */
#include "setup.h"

#include <sys/prctl.h>

/* What linux/filter.h and linux/seccomp.h say; some C libraries come without them. */
struct instruction {
    uint16_t code;
    uint8_t if_so, if_not;
    uint32_t value;
};

struct program {
    unsigned short length;
    const struct instruction *instructions;
};

enum { LOAD = 0x20, IS_EQUAL = 0x15, ANSWER = 0x06, FILTER_MODE = 2 };

#define FAIL_WITH 0x00050000u
#define ALLOW     0x7fff0000u

/* What a filter sees: the number of the call, and from byte 16 on its arguments, 64 bits each. */
#define CALL                  0u
#define LOW_WORD_OF(argument) (16u + 8u * (argument) + (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4u : 0u))

static void install(const struct program *program)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, FILTER_MODE, program) != 0)
        unsupported("this system has no filters for system calls");
}

void refuse_call(long call, int error)
{
    const struct instruction instructions[] = {{LOAD, 0, 0, CALL},
                                               {IS_EQUAL, 0, 1, (uint32_t)call},
                                               {ANSWER, 0, 0, FAIL_WITH | (uint32_t)error},
                                               {ANSWER, 0, 0, ALLOW}};

    install(&(struct program){sizeof instructions / sizeof instructions[0], instructions});
}

void refuse_call_with(long call, unsigned argument, uint32_t value, int error)
{
    const struct instruction instructions[] = {{LOAD, 0, 0, CALL},
                                               {IS_EQUAL, 0, 3, (uint32_t)call},
                                               {LOAD, 0, 0, LOW_WORD_OF(argument)},
                                               {IS_EQUAL, 0, 1, value},
                                               {ANSWER, 0, 0, FAIL_WITH | (uint32_t)error},
                                               {ANSWER, 0, 0, ALLOW}};

    install(&(struct program){sizeof instructions / sizeof instructions[0], instructions});
}
