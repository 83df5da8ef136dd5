#include "child.h"

#include <signal.h>
#include <sys/prctl.h>

void die_with_parent(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}
