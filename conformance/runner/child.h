/* The process of a case, from fork to its end. */
#ifndef MAPWISE_CONFORMANCE_CHILD_H
#define MAPWISE_CONFORMANCE_CHILD_H

#include "execute.h"

struct child_setup {
    const struct attempt *attempt;
    bool invasive;
    int messages;    /* descriptor of the result pipe */
    int output;      /* descriptor that standard output and error go to */
    unsigned number; /* distinct among the cases that run at once; names its folder */
};

/* Never returns: runs the case, sends MESSAGE_DONE and exits. */
_Noreturn void child_run(const struct child_setup *setup);

/* The folder for named files of case `number`, in the scratch folder of a place. */
void child_folder(char *path, size_t capacity, const struct place *place, unsigned number);

/* In the process of a case: the folder for its files, made on first use; ends the case as an ERROR if
 * it is a case without files. */
const char *own_folder(void);

/* From now on this process is killed when its parent ends, even by SIGKILL (where the system can). */
void die_with_parent(void);

#endif
