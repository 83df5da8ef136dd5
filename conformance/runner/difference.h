/* mapwise check --diff OLD NEW: what differs between two records. mapwise-report, which reads them, tells. */
#ifndef MAPWISE_CONFORMANCE_DIFFERENCE_H
#define MAPWISE_CONFORMANCE_DIFFERENCE_H

#include "output.h"

/* Becomes mapwise-report. Returns only if that fails: the exit status, after one line on standard error. */
int tell_difference(const char *older, const char *newer, const struct format *format, const char *called_as);

#endif
