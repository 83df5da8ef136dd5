#include "mapwise/version.h"

#define TEXT_OF(number) #number
#define TEXT(number)    TEXT_OF(number)

unsigned mw_version_number(void)
{
    return MW_VERSION_NUMBER;
}

const char *mw_version_string(void)
{
    return TEXT(MW_VERSION_MAJOR) "." TEXT(MW_VERSION_MINOR) "." TEXT(MW_VERSION_PATCH);
}
