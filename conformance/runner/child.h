/* The process of a case, from fork to its end. */
#ifndef MAPWISE_CONFORMANCE_CHILD_H
#define MAPWISE_CONFORMANCE_CHILD_H

#include "execute.h"

#include <sys/types.h>

struct child_setup {
    const struct attempt *attempt;
    bool invasive;
    pid_t runner;
    int messages;  /* descriptor of the result pipe */
    int output;    /* descriptor that standard output and error go to */
    size_t folder; /* names its own folder, which no other running case has */
};

/* Before the first case, once the runner handles what it handles: notes what a case has to reset. */
void child_note_signals(void);

/* Never returns: runs the case, sends MESSAGE_DONE and exits. */
_Noreturn void child_run(const struct child_setup *setup);

/* The folder `number` for named files of a case, in the scratch folder of a place. */
void child_folder(char *path, size_t capacity, const struct place *place, size_t number);

/* In the process of a case: the folder for its files, made on first use; ends the case as an ERROR if
 * it is a case without files, and as UNSUPPORTED where none can be made. */
const char *own_folder(void);
/* The same also where files can't be written as elsewhere. */
const char *own_folder_of_any_kind(void);
/* Why no ordinary files can be made in a folder of this kind, or NULL. */
const char *why_no_files(const char *folder);

/* The folder that the user named, which may be read-only, and whether it is. */
const char *folder_under_test(void);
bool folder_is_read_only(void);

/* With this status a child that a case has forked says that it has ended the case: as UNSUPPORTED, say. */
enum { EXIT_ENDED_CASE = 125 };

/* Closes the descriptors from `first` to `last`, those that are open. */
void close_between(int first, int last);

/* Zeros that children of fork do not get, and that no limit of theirs counts, for free_memory_kept; NULL:
 * there is no memory. */
void *memory_kept_from_children(size_t bytes);
void free_memory_kept(void *memory, size_t bytes);

/* From now on this process is killed when `parent`, its parent, ends, even by SIGKILL (where the system
 * can); at once if that has happened already. A change of user ends it: say it again. */
void die_with_parent(pid_t parent);

/* After a change of user: /proc of this process is its own again. */
void stay_readable(void);

/* When memory runs out the system ends this process rather than the runner (where it can be told). */
void be_first_without_memory(void);

/* The name of the shared memory object that the process of a case may make; the runner removes it. It begins
 * with this. */
#define SHARED_MEMORY_PREFIX "/mapwise-case-"
void child_shared_memory(char *name, size_t capacity, pid_t process);

#endif
