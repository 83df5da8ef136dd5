/* Two states that take turns while another thread touches: what was taken away must be gone on every
 * processor when the call that took it has returned. */
#ifndef MAPWISE_CONFORMANCE_RACE_H
#define MAPWISE_CONFORMANCE_RACE_H

#include "case.h"
#include "clock.h"

struct turns {
    void (*enter[2])(void);     /* makes state 0 or 1; state 0 is there at the beginning */
    const char *(*touch)(void); /* done by the other thread, all the time */
    const char *expected[2];    /* what it must see in each state */
};

/* Goes from state to state for a few moments: how many touches that began and ended within one state saw
 * something else than it allows, "0", or that the other thread never came to touch. */
const char *touches_out_of_turn(const struct turns *turns);

#endif
