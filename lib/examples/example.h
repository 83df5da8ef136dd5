/* What the examples share: what went wrong ends the program with one line. */
#ifndef EXAMPLE_H
#define EXAMPLE_H

#include <mapwise.h>
#include <stdio.h>
#include <stdlib.h>

static mw_err failure;

/* Continues only if the call, which reports to &failure, went well. */
static inline void must(int code)
{
    if (code == MW_OK)
        return;
    /* Calls that take no mw_err leave what an earlier failure said. */
    if (failure.code == code && failure.op)
        fprintf(stderr, "%s: ", failure.op);
    fprintf(stderr, "%s\n", mw_error_text(code));
    exit(1);
}

#endif
