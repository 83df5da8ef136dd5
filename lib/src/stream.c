#include "mapwise/stream.h"

#include "checked.h"
#include "create.h"
#include "fail.h"
#include "options.h"

int mw__map_stream(mw_map **out, FILE *stream, const mw_map_options *options, const mw__consent *consent,
                   mw_err *err)
{
    mw_map_options own = *options;
    uint64_t position;
    mw_fd fd;
    int code = mw__os_stream_flush(&fd, &position, stream, err);

    if (code != MW_OK)
        return code;
    if (!mw__add(&own.offset, own.offset, position))
        return mw__fail(err, MW_E_OVERFLOW, "options.offset", position);
    own.flags &= ~MW_F_FROM_POSITION;
    return mw__map_fd(out, fd, &own, consent, err);
}

int mw_map_stream(mw_map **out, FILE *stream, const mw_map_options *options, mw_err *err)
{
    mw_map_options read;
    int code;

    if (!out)
        return mw__fail(err, MW_E_INVAL, "out", MW_NOWHERE);
    *out = NULL;
    if (!stream)
        return mw__fail(err, MW_E_INVAL, "stream", MW_NOWHERE);
    if ((code = mw__options_read(&read, options, MW_FLAGS_FD, err)) != MW_OK)
        return code;
    return mw__map_stream(out, stream, &read, NULL, err);
}
