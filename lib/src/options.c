#include "options.h"

#include "fail.h"

#include <string.h>

/* The bytes that the first version of the structure had, and more than any will have: past that it is no
 * size but memory that nobody has set, and nothing says how much of it may be read. */
#define FIRST_SIZE (offsetof(mw_map_options, label) + sizeof(const char *))
#define LAST_SIZE  4096

bool mw__prot_is_valid(uint32_t prot)
{
    const uint32_t rights = MW_PROT_READ | MW_PROT_WRITE | MW_PROT_EXEC;

    return prot == MW_PROT_NONE || (prot != 0 && (prot & ~rights) == 0);
}

/* Copies the fields that both sides know; the others keep their defaults. */
static int read_version(mw_map_options *out, const mw_map_options *given, mw_err *err)
{
    const unsigned char *bytes = (const unsigned char *)given;

    if (given->size < FIRST_SIZE || given->size > LAST_SIZE)
        return mw__fail(err, MW_E_INVAL, "options.size", MW_NOWHERE);
    for (size_t i = sizeof *out; i < given->size; i++)
        if (bytes[i] != 0)
            return mw__fail(err, MW_E_NOTSUP, "options.size", MW_NOWHERE);
    memcpy(out, given, given->size < sizeof *out ? given->size : sizeof *out);
    out->size = (uint32_t)sizeof *out;
    return MW_OK;
}

int mw__options_read(mw_map_options *out, const mw_map_options *given, uint32_t flags, mw_err *err)
{
    *out = (mw_map_options)MW_MAP_OPTIONS_INIT;
    if (!given)
        return MW_OK;

    int code = read_version(out, given, err);
    if (code != MW_OK)
        return code;
    if (out->flags & ~flags)
        return mw__fail(err, MW_E_INVAL, "options.flags", MW_NOWHERE);
    if ((uint32_t)out->access > (uint32_t)MW_ACCESS_COPY)
        return mw__fail(err, MW_E_INVAL, "options.access", MW_NOWHERE);
    if (out->prot != 0 && (out->access != MW_ACCESS_DEFAULT || !mw__prot_is_valid(out->prot)))
        return mw__fail(err, MW_E_INVAL, "options.prot", MW_NOWHERE);
    if (out->prot == MW_PROT_NONE && (out->flags & (MW_F_POPULATE | MW_F_LOCKED)))
        return mw__fail(err, MW_E_INVAL, "options.prot", MW_NOWHERE);
    if ((out->flags & MW_F_FIXED) && !out->address)
        return mw__fail(err, MW_E_INVAL, "options.address", MW_NOWHERE);
    if ((out->flags & MW_F_EXCLUSIVE) && !(out->flags & MW_F_CREATE))
        return mw__fail(err, MW_E_INVAL, "options.flags", MW_NOWHERE);
    if (out->length == 0 && (out->flags & MW_F_ZERO_IS_WHOLE))
        out->length = MW_WHOLE;
    if (out->file_mode & ~07777u)
        return mw__fail(err, MW_E_INVAL, "options.file_mode", MW_NOWHERE);
    if (out->reserved != 0)
        return mw__fail(err, MW_E_INVAL, "options.reserved", MW_NOWHERE);
    return MW_OK;
}
