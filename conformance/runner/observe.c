#include "observe.h"

#include "calls.h"
#include "child.h"
#include "names.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

__attribute__((format(printf, 1, 2))) static const char *text(const char *format, ...)
{
    static _Thread_local char ring[16][256];
    static _Thread_local unsigned next;
    char *buffer = ring[next++ % 16];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(buffer, sizeof ring[0], format, arguments);
    va_end(arguments);
    return buffer;
}

const char *number(int64_t value)
{
    return text("%lld", (long long)value);
}

const char *yes_or_no(bool truth)
{
    return truth ? "yes" : "no";
}

const char *returned(long result)
{
    return result == -1 ? error_number(errno) : number(result);
}

const char *error_number(int error)
{
    return text("%s", error_name(error));
}

const char *mapped(const void *address)
{
    return address == MAP_FAILED ? error_number(errno) : "mapped";
}

const char *placed(const void *address, const void *expected)
{
    if (address == MAP_FAILED)
        return error_number(errno);
    return address == expected ? "exact" : "elsewhere";
}

/* ---- touching memory --------------------------------------------------------------------------- */

static _Thread_local sigjmp_buf touch_failed;
static _Thread_local volatile sig_atomic_t touching;
static _Thread_local int fault_signal, fault_code;
static _Thread_local void *fault_address;

static void on_fault(int signal, siginfo_t *info, void *context)
{
    (void)context;
    if (!touching) { /* not an observer's: the case itself is at fault */
        struct sigaction standard = {.sa_handler = SIG_DFL};
        sigaction(signal, &standard, NULL);
        raise(signal);
        return;
    }
    fault_signal = signal;
    fault_code = info->si_code;
    fault_address = info->si_addr;
    siglongjmp(touch_failed, 1);
}

static void catch_faults(void)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGILL};
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};

    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        sigaction(signals[i], &action, NULL);
}

static const char *describe_fault(const volatile void *touched)
{
    uintptr_t fault = (uintptr_t)fault_address, wanted = (uintptr_t)touched;
    uintptr_t in_page = ~(uintptr_t)(page - 1);
    const char *where = fault == wanted                           ? "exact"
                        : (fault & in_page) == (wanted & in_page) ? "page"
                                                                  : "elsewhere";

    return text("%s %s %s", signal_name(fault_signal), signal_code_name(fault_signal, fault_code), where);
}

const char *load(const volatile void *address)
{
    catch_faults();
    if (sigsetjmp(touch_failed, 1) == 0) {
        touching = 1;
        unsigned value = *(const volatile unsigned char *)address;
        touching = 0;
        return number(value);
    }
    touching = 0;
    return describe_fault(address);
}

const char *store(volatile void *address, int value)
{
    catch_faults();
    if (sigsetjmp(touch_failed, 1) == 0) {
        touching = 1;
        *(volatile unsigned char *)address = (unsigned char)value;
        touching = 0;
        return "stored";
    }
    touching = 0;
    return describe_fault(address);
}

const char *run_code(const void *code)
{
    int (*function)(void);

    memcpy(&function, &code, sizeof function);
    catch_faults();
    if (sigsetjmp(touch_failed, 1) == 0) {
        touching = 1;
        int answer = function();
        touching = 0;
        return number(answer);
    }
    touching = 0;
    return describe_fault(code);
}

const char *page_bytes(const volatile char *map, size_t length)
{
    char bytes[200] = "";
    size_t used = 0;

    for (size_t offset = 0; offset < length && used < sizeof bytes - 1; offset += page)
        used += (size_t)snprintf(bytes + used, sizeof bytes - used, "%s%s", offset ? " " : "",
                                 load(map + offset));
    return text("%s", bytes);
}

typedef uintptr_t __attribute__((may_alias)) word;

const char *bytes_other_than(int value, const volatile char *bytes, size_t length)
{
    const word wanted = (word)-1 / 255 * (unsigned char)value; /* in each byte */
    volatile size_t offset = 0, others = 0;

    catch_faults();
    if (sigsetjmp(touch_failed, 1) != 0) {
        touching = 0;
        return describe_fault(bytes + offset);
    }
    touching = 1;
    while (offset < length) {
        /* By words as long as all is as wanted. */
        if (length - offset >= sizeof(word) && (uintptr_t)(bytes + offset) % sizeof(word) == 0 &&
            *(const volatile word *)(const volatile void *)(bytes + offset) == wanted) {
            offset += sizeof(word);
            continue;
        }
        others += (unsigned char)bytes[offset] != (unsigned char)value;
        offset++;
    }
    touching = 0;
    return number((int64_t)others);
}

/* ---- children ---------------------------------------------------------------------------------- */

/* What the child wrote through the pipe, or how it died before it could. */
static const char *hear_child(pid_t child, int descriptor)
{
    char answer[200] = "";
    int status;
    ssize_t length = read(descriptor, answer, sizeof answer - 1);

    if (waitpid(child, &status, 0) != child)
        setup_failed("waitpid: %s", error_name(errno));
    if (length > 0)
        return text("%s", answer);
    if (WIFSIGNALED(status))
        return text("killed by %s", signal_name(WTERMSIG(status)));
    if (WEXITSTATUS(status) == EXIT_ENDED_CASE)
        _exit(0);
    return text("exited with %d", WEXITSTATUS(status));
}

const char *in_child(const char *(*act)(void *), void *argument)
{
    const pid_t parent = getpid();
    int ends[2];

    SETUP(pipe(ends));
    pid_t child = fork();
    if (child < 0)
        setup_failed("fork: %s", error_name(errno));
    if (child == 0) {
        die_with_parent(parent);
        const char *answer = act(argument);
        ssize_t written = write(ends[1], answer, strlen(answer));
        _exit(written < 0 ? 126 : 0);
    }
    close(ends[1]);
    const char *answer = hear_child(child, ends[0]);
    close(ends[0]);
    return answer;
}

struct touch {
    volatile void *address;
    int value;
};

static const char *act_load(void *argument)
{
    return load(((struct touch *)argument)->address);
}

static const char *act_store(void *argument)
{
    struct touch *touch = argument;

    return store(touch->address, touch->value);
}

const char *load_in_child(const volatile void *address)
{
    struct touch touch = {(volatile void *)(uintptr_t)address, 0};

    return in_child(act_load, &touch);
}

const char *store_in_child(volatile void *address, int value)
{
    struct touch touch = {address, value};

    return in_child(act_store, &touch);
}

/* ---- files and pages --------------------------------------------------------------------------- */

const char *file_byte(const struct scratch_file *file, int64_t offset)
{
    unsigned char byte;
    ssize_t length = pread(file->descriptor, &byte, 1, (off_t)offset);

    if (length < 0)
        return error_number(errno);
    return length == 0 ? "past the end" : number(byte);
}

const char *file_size(const struct scratch_file *file)
{
    struct stat status;

    return fstat(file->descriptor, &status) == 0 ? number(status.st_size) : error_number(errno);
}

const char *residency(const void *map, size_t length)
{
    unsigned char vector[128] = {0};
    size_t pages = (length + page - 1) / page;

    if (pages > sizeof vector - 1)
        setup_failed("residency shows up to %zu pages", sizeof vector - 1);
    if (mincore((void *)(uintptr_t)map, length, vector) != 0)
        return error_number(errno);
    for (size_t i = 0; i < pages; i++)
        vector[i] = (vector[i] & 1) ? '1' : '0';
    vector[pages] = '\0';
    return text("%s", (const char *)vector);
}
