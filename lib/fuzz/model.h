/* What a map of a file should be and do, the simple way: arrays of bytes, one right a page, no cleverness. */
#ifndef MODEL_H
#define MODEL_H

#include "mapwise.h"

enum { MODEL_PAGES = 24, MODEL_PAGE = 4096, MODEL_MAX = MODEL_PAGES * MODEL_PAGE };

struct model {
    unsigned char file[MODEL_MAX]; /* its content; zero past its end */
    uint64_t file_size;
    unsigned char copy[MODEL_MAX]; /* of a COPY map, what it holds, by offset in the file */
    uint8_t prot[MODEL_PAGES];     /* of each page of the map, counted from the start of its region */
    bool open;
    mw_access access;
    uint64_t offset, length;
    unsigned pins;
    uint64_t changes; /* of what lies at an offset: views are stale after them */
};

/* Where byte `offset` of the map is kept. */
unsigned char *model_byte(struct model *model, uint64_t offset);

/* What a checked access to [offset, offset + n) for `prot` answers. *supplied is how many bytes of it, from
 * the first on, the file backs. */
int model_access(uint64_t *supplied, const struct model *model, uint64_t offset, uint64_t n, uint32_t prot);

/* What an answer about a range is: MW_OK, MW_E_OVERFLOW, MW_E_RANGE. */
int model_range(const struct model *model, uint64_t offset, uint64_t n);

/* The page of the region that holds byte `offset`. */
uint64_t model_page(const struct model *model, uint64_t offset);

/* All pages of the region get this right. */
void model_protect_all(struct model *model, uint8_t prot);

/* The file gets another size, by whomever. */
void model_resize_file(struct model *model, uint64_t size);

#endif
