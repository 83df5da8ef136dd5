#include "mapwise/stream.h"

#include "checked.h"
#include "fail.h"
#include "options.h"
#include "os.h"

int mw_map_stream(mw_map **out, FILE *stream, const mw_map_options *options, mw_err *err)
{
    mw_map_options read;
    uint64_t position;
    mw_fd fd;
    int code;

    if (!out)
        return mw__fail(err, MW_E_INVAL, "out", MW_NOWHERE);
    *out = NULL;
    if (!stream)
        return mw__fail(err, MW_E_INVAL, "stream", MW_NOWHERE);
    if ((code = mw__options_read(&read, options, MW_FLAGS_FD, err)) != MW_OK ||
        (code = mw__os_stream_flush(&fd, &position, stream, err)) != MW_OK)
        return code;
    if (!mw__add(&read.offset, read.offset, position))
        return mw__fail(err, MW_E_OVERFLOW, "options.offset", position);
    read.flags &= ~MW_F_FROM_POSITION;
    return mw_map_fd(out, fd, &read, err);
}
