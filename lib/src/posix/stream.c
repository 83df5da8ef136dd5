/* stdio. */
#include "os.h"

#include "fail.h"

#include <errno.h>

static int position_of(uint64_t *out, FILE *stream, mw_err *err)
{
    off_t position = ftello(stream);

    if (position < 0)
        return mw__fail_os(err, errno, "ftello");
    *out = (uint64_t)position;
    return MW_OK;
}

static int flush_locked(mw_fd *fd, uint64_t *position, FILE *stream, mw_err *err)
{
    int code;

    if ((*fd = fileno(stream)) < 0)
        return mw__fail_os(err, errno, "fileno");
    /* Asked before and after: what has no position is left alone, and what is appended moves as it is
     * written. */
    if ((code = position_of(position, stream, err)) != MW_OK)
        return code;
    if (fflush(stream) != 0)
        return mw__fail_os(err, errno, "fflush");
    return position_of(position, stream, err);
}

int mw__os_stream_flush(mw_fd *fd, uint64_t *position, FILE *stream, mw_err *err)
{
    int code;

    flockfile(stream);
    code = flush_locked(fd, position, stream, err);
    funlockfile(stream);
    return code;
}
