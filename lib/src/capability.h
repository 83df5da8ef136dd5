/* What the platform layer answers about a constant. Not public. */
#ifndef MW_CAPABILITY_ANSWER_H
#define MW_CAPABILITY_ANSWER_H

#include "mapwise/constants.h"

enum mw__answer {
    MW_ANSWER_NONE,    /* cannot be asked, or the answer says nothing */
    MW_ANSWER_KNOWN,   /* the kernel gives it a meaning */
    MW_ANSWER_REFUSED, /* the kernel refuses it */
};

/* Asks the running kernel about a constant that is in force on this host and not absent. Leaves
 * nothing changed. */
enum mw__answer mw__os_ask_constant(const mw_const *constant);

#endif
