#include "plan.h"

#include "checked.h"
#include "fail.h"

/* The largest file offset a system has, and the largest object C has. */
#define FILE_OFFSET_MAX ((uint64_t)INT64_MAX)
#define OBJECT_MAX      ((uint64_t)PTRDIFF_MAX)

bool mw__plan_opens_writable(const mw_map_options *options)
{
    return options->access == MW_ACCESS_WRITE || (options->prot & MW_PROT_WRITE) != 0 ||
           (options->flags & (MW_F_GROW | MW_F_PREALLOC | MW_F_TRUNCATE)) != 0;
}

static mw__rights_plan rights_of_access(mw_access access)
{
    switch (access) {
    case MW_ACCESS_WRITE:
        return (mw__rights_plan){access, MW_PROT_READ | MW_PROT_WRITE, true};
    case MW_ACCESS_COPY:
        return (mw__rights_plan){access, MW_PROT_READ | MW_PROT_WRITE, false};
    case MW_ACCESS_DEFAULT:
    case MW_ACCESS_READ:
        break;
    }
    return (mw__rights_plan){MW_ACCESS_READ, MW_PROT_READ, true};
}

/* `otherwise` is what MW_ACCESS_DEFAULT means if `prot` is silent too. */
static mw__rights_plan rights_of_options(const mw_map_options *options, mw_access otherwise)
{
    if (options->prot != 0) {
        mw_access access = (options->prot & MW_PROT_WRITE) ? MW_ACCESS_WRITE : MW_ACCESS_READ;
        return (mw__rights_plan){access, options->prot & ~MW_PROT_NONE, true};
    }
    return rights_of_access(options->access == MW_ACCESS_DEFAULT ? otherwise : options->access);
}

static int check_descriptor(const mw__plan *plan, const mw_map_options *options, const mw__file_facts *facts,
                            mw_err *err)
{
    if (!facts->readable)
        return mw__fail(err, MW_E_ACCESS, "fd", MW_NOWHERE);
    if (plan->rights.access == MW_ACCESS_WRITE && !plan->copy && !facts->writable)
        return mw__fail(err, MW_E_ACCESS, "options.access", MW_NOWHERE);
    if ((options->flags & (MW_F_PREALLOC | MW_F_TRUNCATE)) && !facts->writable)
        return mw__fail(err, MW_E_RDONLY, "options.flags", MW_NOWHERE);
    return MW_OK;
}

/* What kind of file can be mapped, and what with. */
static int check_kind(const mw_map_options *options, const mw__file_facts *facts, mw_err *err)
{
    switch (facts->kind) {
    case MW_KIND_REGULAR:
        return MW_OK;
    case MW_KIND_DIRECTORY:
        return mw__fail_as(err, MW_E_INVAL, facts->refusal, "fd");
    case MW_KIND_STREAM:
        if (!(options->flags & MW_F_READ_COPY))
            return mw__fail_as(err, MW_E_NOTSUP, facts->refusal, "fd");
        break;
    case MW_KIND_DEVICE:
        if (options->length == MW_WHOLE)
            return mw__fail(err, MW_E_INVAL, "options.length", MW_NOWHERE);
        break;
    }
    if (options->flags & MW_F_TRUNCATE)
        return mw__fail(err, MW_E_INVAL, "options.flags", MW_NOWHERE);
    if (options->flags & MW_F_PREALLOC)
        return mw__fail(err, MW_E_NOTSUP, "options.flags", MW_NOWHERE);
    return MW_OK;
}

/* Where the map ends in a regular file, and how large the file has to be for it. */
static int fit_into_file(mw__plan *plan, const mw_map_options *options, const mw__file_facts *facts,
                         mw_err *err)
{
    uint64_t size = (options->flags & MW_F_TRUNCATE) ? 0 : facts->size;
    uint64_t end;

    if (options->length == MW_WHOLE) {
        if (plan->offset > size)
            return mw__fail(err, MW_E_RANGE, "options.offset", size);
        plan->length = size - plan->offset;
    }
    end = plan->offset + plan->length;
    plan->file_size = size;
    if (end > size && (options->flags & MW_F_GROW)) {
        if (!facts->writable)
            return mw__fail(err, MW_E_RDONLY, "options.flags", size);
        plan->file_size = end;
    } else if (end > size && !(options->flags & MW_F_SLACK_OK)) {
        return mw__fail(err, MW_E_SHORT, "options.length", size);
    }
    return MW_OK;
}

/* The bytes of the map that are there to be faulted in. */
static uint64_t backed_bytes(const mw__plan *plan)
{
    if (plan->file_size <= plan->offset)
        return 0;
    return plan->file_size - plan->offset < plan->length ? plan->file_size - plan->offset : plan->length;
}

static int check_alignment(const mw_map_options *options, size_t page_size, mw_err *err)
{
    if (options->offset % page_size != 0 && (options->flags & MW_F_STRICT_ALIGN))
        return mw__fail(err, MW_E_ALIGN, "options.offset", options->offset);
    return MW_OK;
}

static int make_room(mw__plan *plan, const mw_map_options *options, size_t page_size, mw_err *err)
{
    uint64_t bytes;
    uint64_t rounded;

    plan->room = plan->region_length;
    if (options->reserve <= plan->length)
        return MW_OK;
    /* Space for larger pages would have to be aligned to them. */
    if (page_size != mw_page_size())
        return mw__fail(err, MW_E_NOTSUP, "options.reserve", MW_NOWHERE);
    if (!mw__add(&bytes, plan->lead, options->reserve) || !mw__round_up(&rounded, bytes, page_size) ||
        rounded > OBJECT_MAX)
        return mw__fail(err, MW_E_OVERFLOW, "options.reserve", MW_NOWHERE);
    plan->room = (size_t)rounded;
    return MW_OK;
}

/* Rounds the map to pages and places it. */
static int lay_out(mw__plan *plan, const mw_map_options *options, size_t page_size, mw_err *err)
{
    uint64_t lead = plan->offset % page_size;
    uint64_t bytes;
    uint64_t rounded;
    int code;

    if (plan->length == 0 && (options->flags & MW_F_STRICT_EMPTY))
        return mw__fail(err, MW_E_EMPTY, "options.length", plan->offset);
    if ((code = check_alignment(options, page_size, err)) != MW_OK)
        return code;
    if (!mw__add(&bytes, lead, plan->length) || !mw__round_up(&rounded, bytes, page_size) ||
        rounded > OBJECT_MAX)
        return mw__fail(err, MW_E_OVERFLOW, "options.length", plan->offset);
    plan->page_size = page_size;
    plan->lead = (size_t)lead;
    plan->region_length = plan->length == 0 ? 0 : (size_t)rounded;
    if ((code = make_room(plan, options, page_size, err)) != MW_OK)
        return code;

    if (options->address) {
        uintptr_t address = (uintptr_t)options->address;
        if ((options->flags & MW_F_FIXED) && address % page_size != lead)
            return mw__fail(err, MW_E_ALIGN, "options.address", plan->offset);
        plan->address = (unsigned char *)options->address - address % page_size;
    }
    return MW_OK;
}

static int check_arithmetic(const mw_map_options *options, mw_err *err)
{
    uint64_t length = options->length == MW_WHOLE ? 0 : options->length;
    uint64_t end;

    if (!mw__add(&end, options->offset, length) || end > FILE_OFFSET_MAX || length > OBJECT_MAX)
        return mw__fail(err, MW_E_OVERFLOW, "options.length", options->offset);
    return MW_OK;
}

int mw__plan_file(mw__plan *out, const mw_map_options *options, const mw__file_facts *facts, size_t page_size,
                  mw_err *err)
{
    /* A regular file that claims to be empty may be a window into the kernel, as those in /proc are. */
    const uint32_t makes_bytes = MW_F_GROW | MW_F_TRUNCATE | MW_F_PREALLOC;
    bool plain = facts->kind == MW_KIND_REGULAR && !(options->flags & makes_bytes);
    bool wanted = (options->flags & MW_F_READ_COPY) != 0;
    bool copy = wanted && (facts->kind == MW_KIND_STREAM || (plain && facts->size == 0));
    mw_access derived = facts->writable && !copy ? MW_ACCESS_WRITE : MW_ACCESS_READ;
    int code;

    *out = (mw__plan){.rights = rights_of_options(options, derived),
                      .copy = copy,
                      .offset = options->offset,
                      .length = options->length == MW_WHOLE ? 0 : options->length};
    if ((code = check_arithmetic(options, err)) != MW_OK ||
        (code = check_kind(options, facts, err)) != MW_OK ||
        (code = check_descriptor(out, options, facts, err)) != MW_OK)
        return code;
    if (options->huge_page_size != 0)
        return mw__fail(err, MW_E_INVAL, "options.huge_page_size", MW_NOWHERE);
    if (copy) {
        if (out->rights.access == MW_ACCESS_WRITE)
            return mw__fail_as(err, MW_E_NOTSUP, facts->refusal, "options.access");
        return check_alignment(options, page_size, err);
    }
    out->may_copy = wanted && plain && out->rights.access != MW_ACCESS_WRITE;
    if (facts->kind == MW_KIND_REGULAR) {
        if ((code = fit_into_file(out, options, facts, err)) != MW_OK)
            return code;
        out->backed = backed_bytes(out);
    } else {
        out->backed = out->length;
    }
    return lay_out(out, options, page_size, err);
}

int mw__plan_memory(mw__plan *out, const mw_map_options *options, uint64_t length, size_t page_size,
                    mw_err *err)
{
    if (options->offset != 0)
        return mw__fail(err, MW_E_INVAL, "options.offset", MW_NOWHERE);
    if (options->length != MW_WHOLE && options->length != length)
        return mw__fail(err, MW_E_INVAL, "options.length", MW_NOWHERE);
    if (length > OBJECT_MAX)
        return mw__fail(err, MW_E_OVERFLOW, "length", MW_NOWHERE);
    *out =
        (mw__plan){.rights = rights_of_options(options, MW_ACCESS_WRITE), .length = length, .backed = length};
    return lay_out(out, options, page_size, err);
}
