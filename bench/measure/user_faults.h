/* Page faults that the program answers itself (Linux userfaultfd), by a thread of its own. */
#ifndef MAPWISE_BENCH_USER_FAULTS_H
#define MAPWISE_BENCH_USER_FAULTS_H

#include "sample.h"

enum user_fault {
    USER_FAULT_MISSING,       /* there is no page: the answer is a copy of one of ours */
    USER_FAULT_MINOR,         /* of shared memory: the page is there, but not in the page tables */
    USER_FAULT_WRITE_PROTECT, /* a store to a page that was there: the answer is the right to write */
};

struct user_faults;

/* From now on faults on the pages of [bytes, bytes + length) are answered one by one. With WRITE_PROTECT all
 * of them must be there. The thread runs on processor_share(processor). NULL after the series has ended: the
 * system has it not, or not for us. */
struct user_faults *user_faults_start(struct sample *s, enum user_fault kind, void *bytes, size_t length,
                                      unsigned processor);

/* How many were answered. If an answer failed, the sample is in doubt and the pages are the system's again.
 */
uint64_t user_faults_answered(const struct user_faults *faults, struct sample *s);

/* Leaves the pages to the system. Harmless on NULL. */
void user_faults_end(struct user_faults *faults);

#endif
