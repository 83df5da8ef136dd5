/* Names for new memory in /proc/PID/maps, Linux 5.17 and newer. */
#include "os.h"

#include "fail.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>

/* Not in the headers of older systems. */
#define SET_VMA           0x53564d41
#define SET_VMA_ANON_NAME 0
#define LABEL_MAX         79

int mw__os_label_check(const char *label, mw_err *err)
{
    size_t length = strnlen(label, LABEL_MAX + 1);

    for (size_t i = 0; i < length; i++)
        if (label[i] < ' ' || label[i] > '~' || strchr("[]\\$`", label[i]))
            return mw__fail(err, MW_E_INVAL, "options.label", i);
    if (length == 0 || length > LABEL_MAX)
        return mw__fail(err, MW_E_INVAL, "options.label", MW_NOWHERE);
    return MW_OK;
}

int mw__os_label(void *address, size_t length, const char *label, mw_err *err)
{
    if (prctl(SET_VMA, SET_VMA_ANON_NAME, address, length, label) == 0)
        return MW_OK;
    /* The label is fine, so what is not is the kernel: no such call (EINVAL), or not for shared memory,
     * which before 6.2 was like a file (EBADF). */
    bool lacking = errno == EINVAL || errno == EBADF;
    return mw__fail_as(err, lacking ? MW_E_NOTSUP : mw_error_from_os(errno), errno, "prctl");
}
