/* Texts that a program has within itself: see mapwise_embed in cmake/embed.cmake. */
#ifndef MAPWISE_COMMON_EMBEDDED_H
#define MAPWISE_COMMON_EMBEDDED_H

struct embedded_file {
    const char *name; /* "linux.tsv"; NULL: the list ends here */
    const char *text; /* ends with a zero byte */
};

#endif
