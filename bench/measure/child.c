#include "child.h"

#include "bus_error.h"
#include "process.h"

#include <errno.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t child_fork(void)
{
    const pid_t parent = getpid(), child = fork();

    if (child == 0) {
        process_ends_with_parent(parent);
        bus_error_forget();
    }
    return child;
}

int child_wait(pid_t child)
{
    int status = -1;

    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return status;
}
