/* Ctrl-C and its like: a flag that whatever takes long looks at. */
#ifndef MAPWISE_BENCH_INTERRUPT_H
#define MAPWISE_BENCH_INTERRUPT_H

#include <signal.h>

/* Set by SIGINT, SIGTERM and SIGHUP. */
extern volatile sig_atomic_t interrupted;

/* From here on these signals set the flag; a second one ends the program as usual. */
void interrupt_install(void);

#endif
