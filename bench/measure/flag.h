/* The system's own flags by their names, for what the library has no other word for. */
#ifndef MAPWISE_BENCH_FLAG_H
#define MAPWISE_BENCH_FLAG_H

#include "sample.h"

/* Adds the flag `name` ("MAP_POPULATE") to *flags. False after the series has ended: this system has none. */
bool sample_flag(uint64_t *flags, struct sample *s, const char *name);

#endif
