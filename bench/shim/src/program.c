/* A whole program around a list of series. */
#include "google_benchmark_series.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { FINE = 0, WRONG = 2 };

static int complain(const char *program, const char *message, const char *detail)
{
    fprintf(stderr, "%s: %s%s\n", program, message, detail);
    return WRONG;
}

/* Standard output as it was; from now on what is printed there goes to standard error, where it can't come
 * between the answers. Children of the block don't inherit it, so that its end is this process's end. */
static FILE *take_standard_output(void)
{
    const int taken = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    FILE *out = taken >= 0 ? fdopen(taken, "w") : NULL;

    if (out)
        dup2(STDERR_FILENO, STDOUT_FILENO);
    else if (taken >= 0)
        close(taken);
    return out;
}

static int serve(const char *program, const gb_series *list, size_t count, const char *name)
{
    FILE *out = take_standard_output();

    if (!out)
        return complain(program, "no standard output to answer on", "");
    const int result = gb_series_worker(list, count, name, stdin, out);
    fclose(out);
    if (result == GB_ERROR_ARGUMENT)
        return complain(program, "there is no such series; --benchmark_list_tests names them: ", name);
    return result == GB_OK ? FINE : complain(program, "the answer could not be written", "");
}

static bool asks_for_worker(const char *argument)
{
    static const char option[] = "--worker";
    const size_t length = sizeof option - 1;

    return strncmp(argument, option, length) == 0 && (!argument[length] || argument[length] == '=');
}

static int run_all(int argc, char **argv, const gb_series *list, size_t count)
{
    size_t matched = 0;

    if (gb_initialize(&argc, argv) != GB_OK || gb_report_unrecognized(argc, argv))
        return WRONG;
    for (size_t i = 0; i < count; i++)
        if (!gb_series_register(&list[i]))
            return complain(argv[0], "this series can't be registered: ", list[i].name ? list[i].name : "");
    if (gb_run_all(&matched, NULL, NULL) != GB_OK)
        return complain(argv[0], "Google Benchmark could not run the series", "");
    return matched > 0 ? FINE : WRONG; /* the library has said that none matches */
}

int gb_series_main(int argc, char **argv, const gb_series *list, size_t count)
{
    if (!list || count == 0 || !argv || argc < 1)
        return complain("gb_series_main", "there is no series, or no program", "");
    for (int i = 1; i < argc; i++) {
        if (!asks_for_worker(argv[i]))
            continue;
        if (argc == 2 && argv[i][strlen("--worker")] == '=')
            return serve(argv[0], list, count, argv[i] + strlen("--worker="));
        if (argc == 3 && i == 1 && !argv[i][strlen("--worker")])
            return serve(argv[0], list, count, argv[2]);
        return complain(argv[0], "--worker takes the name of one series, and nothing stands beside it", "");
    }
    const int result = run_all(argc, argv, list, count);
    gb_clear_registered();
    gb_shutdown();
    return result;
}
