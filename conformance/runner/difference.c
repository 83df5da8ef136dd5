#include "difference.h"

#include "message.h"
#include "sibling.h"

#include <errno.h>
#include <string.h>

/* What mapwise-report calls a format; NULL if it has no such one. */
static const char *name_in_report(const struct format *format)
{
    if (format == &human_format)
        return "text";
    return format == &markdown_format || format == &jsonl_format ? format->name : NULL;
}

int tell_difference(const char *older, const char *newer, const struct format *format, const char *called_as)
{
    const char *name = name_in_report(format);

    if (!name)
        return complain("--diff tells its differences as human, markdown or jsonl, not as %s", format->name);
    char *arguments[] = {(char *)"mapwise-report", (char *)"--diff", (char *)older, (char *)newer,
                         (char *)"--format",       (char *)name,     NULL};
    sibling_become(arguments, called_as);
    if (errno == ENOENT)
        return complain(
            "--diff needs mapwise-report beside this program; build mapwise without MAPWISE_STATIC");
    return complain("cannot run mapwise-report: %s", strerror(errno));
}
