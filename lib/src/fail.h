/* How every failure inside the library is reported: `return mw__fail(err, MW_E_RANGE, "offset", offset)`. */
#ifndef MW_FAIL_H
#define MW_FAIL_H

#include "mapwise/error.h"

/* mw_err.where when no byte offset is concerned. */
#define MW_NOWHERE UINT64_MAX

/* Our own verdict on the argument `op`. All three return the code and accept a NULL err. */
int mw__fail(mw_err *err, int code, const char *op, uint64_t where);

/* The system call `op` failed with `os`, which also decides the code. */
int mw__fail_os(mw_err *err, int32_t os, const char *op);

/* The same where the caller knows better than mw_error_from_os what it means. */
int mw__fail_as(mw_err *err, int code, int32_t os, const char *op);

#endif
