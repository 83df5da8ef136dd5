/* Failures of the C library where a test wants them: the n-th call that the library makes, whichever it is.
 */
#ifndef INJECTION_H
#define INJECTION_H

#include <stdbool.h>

/* From now on the call numbered `number` (from 1) fails; 0: none. */
void injection_begin(int number);

/* The end of it. Has that call been made, and so has failed? */
bool injection_end(void);

/* Which one it was, and its errno; "nothing" if none has failed. */
extern const char *injected_function;
extern int injected_error;

/* Blocks of memory that were allocated and not freed since injection_begin. */
extern long injection_blocks;

#endif
