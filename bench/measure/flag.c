#include "flag.h"

bool sample_flag(uint64_t *flags, struct sample *s, const char *name)
{
    const mw_const *constant = mw_const_find(MW_OS_THIS, NULL, name);
    int64_t value;

    if (constant && mw_const_compiled(&value, constant) && mw_const_cap(constant) != MW_CAPABILITY_NO) {
        *flags |= (uint64_t)value;
        return true;
    }
    sample_cannot(s, "%s: this system does not know it", name);
    return false;
}
