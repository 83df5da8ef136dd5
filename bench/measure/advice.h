/* Advice by its name, for the families that compare it. */
#ifndef MAPWISE_BENCH_ADVICE_H
#define MAPWISE_BENCH_ADVICE_H

#include "sample.h"

/* Finds the advice `name` ("random", "willneed", …). False after the series has ended: this system does
 * not know it. */
bool sample_advice(mw_advice_row *row, struct sample *s, const char *name);

/* Advises a range of `map`, `length` bytes from `offset` (MW_WHOLE: to the end). False after the series has
 * ended: the system refuses it for this map. */
bool sample_advise_range(struct sample *s, mw_map *map, uint64_t offset, uint64_t length,
                         const mw_advice_row *row);

/* The same for all of a map. */
bool sample_advise(struct sample *s, mw_map *map, const mw_advice_row *row);

/* Advises of what size the pages of memory are to be. False after the series has ended: the system has no
 * huge ones for it. */
bool sample_advise_pages(struct sample *s, mw_map *map, enum pages pages);

#endif
