#include "filter.h"

mw__filter *mw__filter_best(bool highest)
{
    return highest ? mw__filter_highest_portable : mw__filter_lowest_portable;
}
