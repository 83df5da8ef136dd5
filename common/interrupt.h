/* Ctrl-C and its like: a flag that whatever takes long looks at. */
#ifndef MAPWISE_COMMON_INTERRUPT_H
#define MAPWISE_COMMON_INTERRUPT_H

#include <signal.h>

/* The number of the signal that came: SIGINT, SIGTERM, SIGHUP or SIGQUIT; 0 if none has. A program may set
 * it, too. */
extern volatile sig_atomic_t interrupted;

/* From here on these signals set the flag and no more, however often they come: what is under way is
 * tidied up. SIGPIPE and SIGXFSZ are ignored: the writes fail.
 * SIGCHLD is as usual: children are waited for. */
void interrupt_install(void);

/* The signals that it sets the flag for. */
void interrupt_signals(sigset_t *out);

/* Besides, a byte is written to `descriptor` (which must not block), to wake up a poll(2); -1: no more. */
void interrupt_wakes(int descriptor);

#endif
