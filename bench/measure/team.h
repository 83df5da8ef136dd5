/* Several threads, or several processes, that do the work of a sample together.
 *
 *     struct team *team = team_start(s, THREADS, 4, touch_my_part, &part);
 *     while (team && next_sample(s))
 *         team_run(team);
 *     team_end(team);
 *
 * Members are made before the clock starts and wait, each on a processor of its own as far as there are
 * enough. What members that are processes count is counted for the sample. */
#ifndef MAPWISE_BENCH_TEAM_H
#define MAPWISE_BENCH_TEAM_H

#include "sample.h"

enum { TEAM_MAX = 64 };

enum team_kind { THREADS, PROCESSES };

/* A member's part: `member` counts from 0. A process sees the memory of its parent as it was when the team
 * was started, but for what is shared. */
typedef void (*team_work)(void *user, unsigned member);

struct team;

/* NULL after the series has ended: there are not half as many processors, or it could not be made. */
struct team *team_start(struct sample *s, enum team_kind kind, unsigned members, team_work work, void *user);

/* Every member does its part once; returns when all have. A member that died, or that a SIGBUS kept from
 * doing it, breaks the series. */
void team_run(struct team *team);

/* Ends and forgets the members. Harmless on NULL. One that is left when the body has ended, is ended then. */
void team_end(struct team *team);

#endif
