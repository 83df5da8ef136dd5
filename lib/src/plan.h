/* What a request comes to, given the facts about the file: worked out before anything is done, by
 * functions that touch nothing. */
#ifndef MW_PLAN_H
#define MW_PLAN_H

#include "os.h"
#include "range.h"

/* Who may do what, and whether stores reach the file. */
typedef struct mw__rights_plan {
    mw_access access; /* READ, WRITE or COPY */
    uint32_t prot;    /* MW_PROT_READ, _WRITE, _EXEC; 0: none */
    bool shared;
} mw__rights_plan;

typedef struct mw__plan {
    mw__rights_plan rights;
    bool copy;            /* read the bytes into memory instead of mapping them */
    bool may_copy;        /* the same, if the system will not map them */
    uint64_t file_size;   /* of a regular file once the plan is carried out */
    uint64_t offset;      /* first byte of the map in the file */
    uint64_t length;      /* bytes in the map */
    uint64_t backed;      /* bytes of the map that the file, or memory, can supply */
    size_t page_size;     /* of the mapping */
    size_t lead;          /* bytes of the region before the first byte of the map */
    size_t region_length; /* whole pages; 0: nothing to map */
    size_t room;          /* address space to take: region_length, or more */
    void *address;        /* of the region; a wish, or a demand */
} mw__plan;

/* `options` have been read by mw__options_read. */
bool mw__plan_opens_writable(const mw_map_options *options);
int mw__plan_file(mw__plan *out, const mw_map_options *options, const mw__file_facts *facts, size_t page_size,
                  mw_err *err);
int mw__plan_memory(mw__plan *out, const mw_map_options *options, uint64_t length, size_t page_size,
                    mw_err *err);

#endif
