/* cmocka with what it wants to be included before it, and the failures of the library compared by name. */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mapwise/error.h"

#define assert_code(call, expected) assert_string_equal(mw_error_name(call), mw_error_name(expected))

#endif
