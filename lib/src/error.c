#include "fail.h"

#include <stddef.h>

static const struct {
    int code;
    const char *name;
    const char *text;
} errors[] = {{MW_OK, "MW_OK", "success"},
#define MW_X(name, value, text) {value, "MW_E_" #name, text},
              MW_ERROR_MAP(MW_X)
#undef MW_X
};

static size_t error_index(int code)
{
    size_t i = 0;
    while (i < sizeof errors / sizeof errors[0] && errors[i].code != code)
        i++;
    return i;
}

const char *mw_error_name(int code)
{
    size_t i = error_index(code);
    return i < sizeof errors / sizeof errors[0] ? errors[i].name : "MW_E_?";
}

const char *mw_error_text(int code)
{
    size_t i = error_index(code);
    return i < sizeof errors / sizeof errors[0] ? errors[i].text : "unknown error";
}

static int report(mw_err *err, mw_err failure)
{
    if (err)
        *err = failure;
    return failure.code;
}

int mw__fail(mw_err *err, int code, const char *op, uint64_t where)
{
    return report(err, (mw_err){code, 0, op, where});
}

int mw__fail_os(mw_err *err, int32_t os, const char *op)
{
    return report(err, (mw_err){mw_error_from_os(os), os, op, MW_NOWHERE});
}

int mw__fail_as(mw_err *err, int code, int32_t os, const char *op)
{
    return report(err, (mw_err){code, os, op, MW_NOWHERE});
}
