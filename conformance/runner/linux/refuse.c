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

enum {
    LOAD_CALL = 0x20, /* its number is the first word of what the filter sees */
    IS_EQUAL = 0x15,
    ANSWER = 0x06,
    FILTER_MODE = 2
};

#define FAIL_WITH 0x00050000u
#define ALLOW     0x7fff0000u

void refuse_call(long call, int error)
{
    const struct instruction instructions[] = {{LOAD_CALL, 0, 0, 0},
                                               {IS_EQUAL, 0, 1, (uint32_t)call},
                                               {ANSWER, 0, 0, FAIL_WITH | (uint32_t)error},
                                               {ANSWER, 0, 0, ALLOW}};
    const struct program program = {sizeof instructions / sizeof instructions[0], instructions};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, FILTER_MODE, &program) != 0)
        unsupported("this system has no filters for system calls");
}
