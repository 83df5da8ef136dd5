#include "injection.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

const char *injected_function;
int injected_error;
long injection_blocks;

static char function_name[32]; /* without the 64 that some have at their end */
static bool counting;
static int calls;
static int failing;

static bool fails_now(const char *name, int error)
{
    if (!counting || ++calls != failing)
        return false;
    snprintf(function_name, sizeof function_name, "%.*s", (int)strcspn(name, "6"), name);
    injected_function = function_name;
    injected_error = error;
    errno = error;
    return true;
}

void injection_begin(int number)
{
    injected_function = "nothing";
    injected_error = 0;
    injection_blocks = 0;
    calls = 0;
    failing = number;
    counting = true;
}

bool injection_end(void)
{
    counting = false;
    return calls >= failing;
}

static size_t half_of(size_t length)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);

    return length / page / 2 * page;
}

/* The C library may well call itself; that is its own affair. */
static bool pause_counting(void)
{
    const bool was = counting;

    counting = false;
    return was;
}

/* NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming,cert-dcl37-c,cert-dcl51-cpp) */
#define FUNCTION(result, name, parameters, arguments, error, failure)                                        \
    result __real_##name parameters;                                                                         \
    result __wrap_##name parameters;                                                                         \
    result __wrap_##name parameters                                                                          \
    {                                                                                                        \
        if (fails_now(#name, error))                                                                         \
            return (failure);                                                                                \
        const bool was_counting = pause_counting();                                                          \
        result answer = __real_##name arguments;                                                             \
        counting = was_counting;                                                                             \
        return answer;                                                                                       \
    }
#ifdef LARGE_FILE_NAMES
#define LARGE(result, name, parameters, arguments, error, failure)                                           \
    FUNCTION(result, name##64, parameters, arguments, error, failure)
#else
#define LARGE(result, name, parameters, arguments, error, failure)                                           \
    FUNCTION(result, name, parameters, arguments, error, failure)
#endif
#define ALLOCATION(name, parameters, arguments, grows)                                                       \
    void *__real_##name parameters;                                                                          \
    void *__wrap_##name parameters;                                                                          \
    void *__wrap_##name parameters                                                                           \
    {                                                                                                        \
        if (fails_now(#name, ENOMEM))                                                                        \
            return NULL;                                                                                     \
        const bool was_counting = pause_counting();                                                          \
        void *block = __real_##name arguments;                                                               \
        counting = was_counting;                                                                             \
        injection_blocks += counting && block && (grows);                                                    \
        return block;                                                                                        \
    }
#define HALF_DONE(name, parameters, arguments, error)                                                        \
    int __real_##name parameters;                                                                            \
    int __wrap_##name parameters;                                                                            \
    int __wrap_##name parameters                                                                             \
    {                                                                                                        \
        /* A range of no bytes is a question to the system, and has no half. */                              \
        const bool fails = length != 0 && fails_now(#name, error);                                           \
        const size_t done = fails ? half_of(length) : length;                                                \
        const int answer = done != 0 || length == 0 ? __real_##name arguments : 0;                           \
        errno = fails ? (error) : errno;                                                                     \
        return fails ? -1 : answer;                                                                          \
    }
#include "injection.def"

/* A descriptor is gone also if closing it fails. */
int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd)
{
    const bool fails = fails_now("close", EIO);
    const int answer = __real_close(fd);

    errno = fails ? EIO : errno;
    return fails ? -1 : answer;
}

void __real_free(void *block);
void __wrap_free(void *block);
void __wrap_free(void *block)
{
    injection_blocks -= counting && block;
    __real_free(block);
}
/* NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming,cert-dcl37-c,cert-dcl51-cpp) */
