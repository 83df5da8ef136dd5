/* What the platform layer answers about a constant. Not public. */
#ifndef MAPWISE_CAPABILITY_ANSWER_H
#define MAPWISE_CAPABILITY_ANSWER_H

#include <mapwise/constants.h>

enum mw_answer {
    MW_ANSWER_NONE,    /* cannot be asked, or the answer says nothing */
    MW_ANSWER_KNOWN,   /* the kernel gives it a meaning */
    MW_ANSWER_REFUSED, /* the kernel refuses it */
};

/* Asks the running kernel about a constant that is in force on this host and not absent. Leaves
 * nothing changed. */
enum mw_answer mw_os_ask_constant(const mw_const *constant);

#endif
