/* The observers and the set-up functions, each asked something whose answer is known, both ways. */
#include "case.h"

#include <mapwise/constants.h>
#include <stdio.h>
#include <sys/syscall.h>

SUITE("selftest-observers", "observers with known answers");

/* An error number that a call has just left behind. */
static long failed_with(int error)
{
    errno = error;
    return -1;
}

CASE("pass.returned", PRACTICE("self-test"), "returned answers the number, or errno if that is -1")
{
    EXPECT("0", returned(0));
    EXPECT("7", returned(7));
    EXPECT("-2", returned(-2));
    EXPECT("EBADF", returned(close(-1)));
    EXPECT("EINVAL", returned(failed_with(EINVAL)));
    EXPECT("errno9999", returned(failed_with(9999)));
}

CASE("pass.numbers", PRACTICE("self-test"), "numbers, truths and error numbers are what they are")
{
    EXPECT("0", number(0));
    EXPECT("-9223372036854775808", number(INT64_MIN));
    EXPECT("9223372036854775807", number(INT64_MAX));
    EXPECT("yes", yes_or_no(true));
    EXPECT("no", yes_or_no(false));
    EXPECT("0", error_number(0));
    EXPECT("ENOSPC", error_number(ENOSPC));
}

CASE("pass.addresses", PRACTICE("self-test"), "where a map lies, and whether there is one")
{
    char *map = map_anonymous(2 * page, READ_WRITE, MAP_PRIVATE);

    EXPECT("mapped", mapped(map));
    EXPECT("EINVAL", mapped(mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)));
    EXPECT("exact", placed(map, map));
    EXPECT("elsewhere", placed(map + page, map));
    EXPECT("elsewhere", placed(map + 1, map));
    EXPECT("EINVAL", placed(mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), map));
}

CASE("pass.touching", PRACTICE("self-test"), "load and store tell the value, or signal, code and address")
{
    char *map = map_anonymous(3 * page, READ_WRITE, MAP_PRIVATE);
    char *none = unmapped_range(page);

    SETUP(mprotect(map + page, page, PROT_READ));
    SETUP(mprotect(map + 2 * page, page, PROT_NONE));
    EXPECT("0", load(map));
    EXPECT("stored", store(map, 255));
    EXPECT("255", load(map));
    EXPECT("0", load(map + page));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(map + page, 1));
    EXPECT("SIGSEGV SEGV_ACCERR exact", load(map + 3 * page - 1));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(none));
    EXPECT("SIGSEGV SEGV_MAPERR exact", store(none + 1, 1));
    EXPECT("255", load(map)); /* nothing of all that is left behind */
}

CASE("pass.touching_in_a_child", PRACTICE("self-test"), "a child sees its own memory, the case its own")
{
    char *own = map_anonymous(page, READ_WRITE, MAP_PRIVATE),
         *shared = map_anonymous(page, READ_WRITE, MAP_SHARED);

    EXPECT("stored", store_in_child(own, 1));
    EXPECT("0", load(own));
    EXPECT("stored", store_in_child(shared, 1));
    EXPECT("1", load(shared));
    EXPECT("1", load_in_child(shared));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load_in_child(unmapped_range(page)));
    SETUP(mprotect(own, page, PROT_READ));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store_in_child(own, 1));
}

static void *store_and_answer(void *byte)
{
    store(byte, 7);
    return (char *)byte + 1;
}

CASE("pass.threads", PRACTICE("self-test"), "a thread works on the memory of the case, and its answer is had")
{
    char *shared = map_anonymous(page, READ_WRITE, MAP_PRIVATE);

    EXPECT("exact", placed(join_thread(start_thread(store_and_answer, shared)), shared + 1));
    EXPECT("7", load(shared));
}

FILE_CASE("pass.touching_past_the_end", PRACTICE("self-test"), "SIGBUS is told with its code and address")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, 2 * page, READ_WRITE, MAP_SHARED);

    EXPECT("1", load(map));
    EXPECT("SIGBUS BUS_ADRERR exact", load(map + page));
    EXPECT("SIGBUS BUS_ADRERR exact", store(map + page + 9, 1));
    resize_file(&file, (off_t)(2 * page));
    EXPECT("0", load(map + page));
}

static int seven(void)
{
    return 7;
}

CASE("pass.running_code", PRACTICE("self-test"), "code is run, or the fault of trying is told")
{
    int (*function)(void) = seven;
    const void *code;
    char *data = map_anonymous(page, READ_WRITE, MAP_PRIVATE);

    memcpy(&code, &function, sizeof code);
    EXPECT("7", run_code(code));
    EXPECT("SIGSEGV SEGV_ACCERR exact", run_code(data));
    EXPECT("SIGSEGV SEGV_MAPERR exact", run_code(unmapped_range(page)));
}

CASE("pass.many_bytes", PRACTICE("self-test"), "the bytes of a range, and those that are others, are counted")
{
    char *map = numbered_pages(3, MAP_PRIVATE);

    EXPECT("1 2 3", page_bytes(map, 3 * page));
    EXPECT("3", bytes_other_than(0, map, 3 * page));
    memset(map, 9, page);
    EXPECT("0", bytes_other_than(9, map, page));
    EXPECT("1", bytes_other_than(9, map, page + 1));
    SETUP(mprotect(map + page, page, PROT_NONE));
    EXPECT("9 SIGSEGV SEGV_ACCERR exact 3", page_bytes(map, 3 * page));
    EXPECT("SIGSEGV SEGV_ACCERR exact", bytes_other_than(9, map, 2 * page));
}

CASE("pass.sixteen_texts", PRACTICE("self-test"), "the last sixteen answers stay as they are")
{
    const char *first = number(100), *latest = first;

    for (int i = 1; i < 16; i++)
        latest = number(100 + i);
    EXPECT("100", first);
    EXPECT("115", latest);
}

FILE_CASE("pass.files", PRACTICE("self-test"), "a scratch file holds what is said and is seen as it is")
{
    struct scratch_file file = scratch_file(2 * page + 1);
    struct scratch_file closed = file;

    closed.descriptor = -1;
    EXPECT("1", file_byte(&file, 0));
    EXPECT("1", file_byte(&file, (int64_t)page - 1));
    EXPECT("2", file_byte(&file, (int64_t)page));
    EXPECT("3", file_byte(&file, (int64_t)(2 * page)));
    EXPECT("past the end", file_byte(&file, (int64_t)(2 * page + 1)));
    EXPECT("EBADF", file_byte(&closed, 0));
    EXPECT("EBADF", file_size(&closed));
    EXPECT("yes", yes_or_no(strcmp(file_size(&file), number((int64_t)(2 * page + 1))) == 0));
    write_file(&file, 1, 77);
    EXPECT("77", file_byte(&file, 1));
    write_page(&file, (off_t)page, 78);
    EXPECT("78", file_byte(&file, (int64_t)(2 * page) - 1));
    EXPECT("3", file_byte(&file, (int64_t)(2 * page)));
    resize_file(&file, 0);
    EXPECT("0", file_size(&file));
}

FILE_CASE("pass.files_otherwise", PRACTICE("self-test"),
          "a file is made under a name, and one is had for reading only",
          "a case looks at another file than it thinks")
{
    struct scratch_file named;
    size_t bytes;

    snprintf(named.path, sizeof named.path, "%s", scratch_path("named"));
    make_file(&named, 10);
    EXPECT("10", file_size(&named));
    EXPECT("1", file_byte(&named, 9));
    EXPECT("0", returned(access(scratch_path("named"), R_OK)));
    struct scratch_file reader = readable_file(&bytes);
    EXPECT("past the end", file_byte(&reader, (int64_t)bytes));
    EXPECT("1", file_byte(&reader, 0));
    EXPECT("EBADF", returned(write(reader.descriptor, "x", 1)));
}

FILE_CASE("pass.more_files", PRACTICE("self-test"), "files are distinct, and open as they are asked for")
{
    struct scratch_file one = scratch_file(1), other = scratch_file(1), large = sparse_file((off_t)1 << 32);

    EXPECT("no", yes_or_no(strcmp(one.path, other.path) == 0));
    EXPECT("4294967296", file_size(&large));
    EXPECT("0", file_byte(&large, 4294967295));
    EXPECT("EBADF", returned(write(reopen(&one, O_RDONLY), "x", 1)));
    EXPECT("1", returned(write(reopen(&one, O_WRONLY), "x", 1)));
    EXPECT("120", file_byte(&one, 0));
    EXPECT("1", file_byte(&other, 0));
    EXPECT("ENOENT", returned(access(scratch_path("nothing"), F_OK)));
}

CASE("pass.residency", PRACTICE("self-test"), "residency is a digit a page, and follows what is touched")
{
    char *map = map_anonymous(3 * page, READ_WRITE, MAP_PRIVATE);

    EXPECT("000", residency(map, 3 * page));
    EXPECT("stored", store(map + page, 1));
    EXPECT("010", residency(map, 3 * page));
    EXPECT("01", residency(map, page + 1));
    SETUP(madvise(map, 3 * page, MADV_DONTNEED));
    EXPECT("000", residency(map, 3 * page));
    EXPECT("ENOMEM", residency(unmapped_range(page), page));
    EXPECT("EINVAL", residency(map + 1, page));
}

FILE_CASE("pass.backed_dirty_pages", PRACTICE("self-test"), "pages are dirty from a store to its write-back",
          .seconds = 10)
{
    struct scratch_file file = scratch_file(16 * page);

    need_backing_store(&file);
    SETUP(fsync(file.descriptor));
    EXPECT("0", dirty_pages(&file, 0, 16 * page));
    write_file(&file, 0, 7);
    EXPECT("no", yes_or_no(strcmp(dirty_pages(&file, 0, 16 * page), "0") == 0));
    SETUP(fsync(file.descriptor));
    EXPECT("0", dirty_pages(&file, 0, 16 * page));
}

FILE_CASE("pass.backed_eviction", PRACTICE("self-test"),
          "an evicted file has no page in memory until it is read", .seconds = 10)
{
    struct scratch_file file = scratch_file(16 * page);
    char *map;

    evict_file(&file);
    map = map_file(&file, 0, 16 * page, PROT_READ, MAP_SHARED);
    SETUP(madvise(map, 16 * page, MADV_RANDOM));
    EXPECT("0000000000000000", residency(map, 16 * page));
    EXPECT("5", load(map + 4 * page));
    EXPECT("1", residency(map + 4 * page, page));
}

FILE_CASE("pass.backed_cached_pages", PRACTICE("self-test"), "cached pages are those that are in memory",
          .seconds = 10)
{
    struct scratch_file file = scratch_file(4 * page);

    EXPECT("4", cached_pages(&file, 0, 4 * page));
    evict_file(&file);
    EXPECT("0", cached_pages(&file, 0, 4 * page));
}

FILE_CASE("pass.maps", LINUX("proc(5)"), "/proc is read as it stands: permissions, name, flags, fields")
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_file(&file, 0, 2 * page, READ_WRITE, MAP_SHARED);
    char *anonymous = map_anonymous(2 * page, PROT_READ, MAP_PRIVATE);

    EXPECT("rw-s", permissions(map));
    EXPECT("rw-s", permissions(map + 2 * page - 1));
    EXPECT("r--p", permissions(anonymous));
    EXPECT("nothing", permissions(unmapped_range(page)));
    EXPECT("yes", yes_or_no(strstr(map_name(map), "/file-") != NULL));
    SETUP(unlink(file.path));
    EXPECT("yes", yes_or_no(strstr(map_name(map), " (deleted)") != NULL));
    EXPECT("", map_name(anonymous));
    EXPECT("", map_name(unmapped_range(page)));
    EXPECT("yes", vm_flag(map, "sh"));
    EXPECT("no", vm_flag(anonymous, "sh"));
    EXPECT("2", smaps_pages(map, "Size"));
    EXPECT("0", smaps_pages(map, "Rss"));
    EXPECT("1", load(map));
    EXPECT("no", yes_or_no(strcmp(smaps_pages(map, "Rss"), "0") == 0));
}

CASE("pass.status", LINUX("proc(5)"), "a field of /proc/self/status is told in pages")
{
    need_lockable(2 * page);
    EXPECT("0", status_pages("VmLck"));
    map_anonymous(2 * page, READ_WRITE, MAP_PRIVATE | MAP_LOCKED);
    EXPECT("2", status_pages("VmLck"));
}

CASE("unsupported.smaps_field", LINUX("proc(5)"), "a field that there is not is told")
{
    EXPECT("0", smaps_pages(map_anonymous(page, PROT_READ, MAP_PRIVATE), "Nonsense"));
}

CASE("unsupported.status_field", LINUX("proc(5)"), "a field that there is not is told")
{
    EXPECT("0", status_pages("Nonsense"));
}

CASE("unsupported.setting", LINUX("proc(5)"), "a setting that there is not is told")
{
    EXPECT("0", number(kernel_setting("vm/nonsense")));
}

CASE("pass.setting", LINUX("proc(5)"), "a setting is read as the number that it is")
{
    EXPECT("yes", yes_or_no(kernel_setting("vm/max_map_count") > 0));
}

CASE("error.too_many_pages", PRACTICE("self-test"), "more pages than residency can show are no verdict")
{
    EXPECT("0", residency(map_anonymous(200 * page, READ_WRITE, MAP_PRIVATE), 200 * page));
}

CASE("pass.maps_of_the_set_up", PRACTICE("self-test"), "maps are made where and as they are asked for")
{
    char *map = numbered_pages(4, MAP_PRIVATE);
    char *hole = unmapped_range(2 * page);

    EXPECT("exact", placed(map_over(map + page, page, READ_WRITE, MAP_PRIVATE, -1), map + page));
    EXPECT("1 0 3 4", page_bytes(map, 4 * page));
    EXPECT("ENOMEM", residency(hole, 2 * page));
    EXPECT("exact", placed(map_over(hole, 2 * page, READ_WRITE, MAP_PRIVATE, -1), hole));
    EXPECT("00", residency(hole, 2 * page));
    number_pages(hole, 2 * page - 1);
    EXPECT("1 2", page_bytes(hole, 2 * page));
    char *single = single_pages(4);
    EXPECT("stored", store(single + page, 1));
    EXPECT("0100", residency(single, 4 * page));
}

CASE("pass.refused_calls", LINUX("seccomp(2)"), "a call that is refused fails so, and no other call does")
{
    EXPECT("0", returned(syscall(SYS_getppid) > 0 ? 0 : -1));
    refuse_call(SYS_getppid, EXDEV);
    EXPECT("EXDEV", returned(syscall(SYS_getppid)));
    EXPECT("yes", yes_or_no(syscall(SYS_getpid) == getpid()));
    refuse_call_with(SYS_mprotect, 2, PROT_NONE, EIO);
    char *map = map_anonymous(page, READ_WRITE, MAP_PRIVATE);
    EXPECT("EIO", returned(mprotect(map, page, PROT_NONE)));
    EXPECT("0", returned(mprotect(map, page, PROT_READ)));
}

CASE("error.names_the_call", PRACTICE("self-test"), "SETUP names the call that failed and why")
{
    EXPECT("3", number(SETUP(3)));
    SETUP(close(-1));
}

CASE("error.says_why", PRACTICE("self-test"), "setup_failed says what it is told to say")
{
    setup_failed("%d of %s", 2, "them");
}

CASE("pass.constant", PRACTICE("self-test"), "CONSTANT is the value that this system has")
{
    EXPECT("yes", yes_or_no(CONSTANT(MAP_PRIVATE) == MAP_PRIVATE));
    EXPECT("yes", yes_or_no(CONSTANT(MS_SYNC) == MS_SYNC));
}

CASE("unsupported.needs_root", PRACTICE("self-test"), "what needs root and has it not is set aside",
     .needs = NEED_ROOT, .since = KERNEL(900, 0))
{
    EXPECT("1", number(1));
}

CASE("pass.acts_once", PRACTICE("self-test"), "EXPECT does its act once, and in its turn")
{
    int times = 0;

    EXPECT("1", number(++times));
    EXPECT("2", number(++times));
    EXPECT("2", number(times));
}

CASE("pass.waits", PRACTICE("self-test"), "a case that declares that it waits has the time", .seconds = 30)
{
    SETUP(usleep(500000));
    EXPECT("0", number(0));
}

CASE("pass.on_linux", PRACTICE("self-test"), "what needs Linux runs on Linux", .needs = NEED_LINUX)
{
    EXPECT("0", number(0));
}

CASE("pass.since", LINUX("self-test"), "a kernel that is new enough runs the case", .since = KERNEL(2, 6))
{
    EXPECT("1", number(1));
}

CASE("pass.unprivileged", PRACTICE("self-test"), "a case without rights has none", .needs = NEED_UNPRIVILEGED)
{
    EXPECT("no", yes_or_no(geteuid() == 0));
    EXPECT("no", yes_or_no(setuid(0) == 0));
}

static void write_file_before_exec(void *argument)
{
    const struct scratch_file *file = argument;

    write_file(file, 0, 'b');
}

FILE_CASE("pass.print_by_exec", PRACTICE("self-test"),
          "another program's output is told, after what came before it")
{
    struct scratch_file file = scratch_file(0);
    char printed[8];

    SETUP(write(file.descriptor, "a\0longer", 8));
    print_by_exec(file.path, NULL, NULL, printed, sizeof printed);
    EXPECT("a", printed);
    print_by_exec(file.path, write_file_before_exec, &file, printed, sizeof printed);
    EXPECT("b", printed);
}

CASE("unsupported.print_by_exec", PRACTICE("self-test"), "a file that cat(1) can't print sets the case aside")
{
    char printed[8];

    print_by_exec("/nonsense/nowhere", NULL, NULL, printed, sizeof printed);
}

CASE("pass.huge_page_bytes", PRACTICE("self-test"),
     "a huge page consists of whole pages, and of more than one")
{
    const size_t bytes = huge_page_bytes();

    EXPECT("0", number((int64_t)(bytes % page)));
    EXPECT("yes", yes_or_no(bytes > page));
}

CASE("unsupported.pooled_huge_pages", PRACTICE("self-test"),
     "more huge pages than any pool has set the case aside")
{
    pooled_huge_pages((size_t)1 << 20);
}

CASE("pass.holds_capability", PRACTICE("self-test"), "a process without rights holds no capability",
     .needs = NEED_UNPRIVILEGED)
{
    EXPECT("no", yes_or_no(holds_capability(CAPABILITY_SYS_ADMIN)));
    EXPECT("no", yes_or_no(holds_capability(CAPABILITY_SYS_RAWIO)));
}

FILE_CASE("pass.backed_make_dirty", PRACTICE("self-test"),
          "pages are made dirty, those of the range, and with the value")
{
    struct scratch_file file = scratch_file(16 * page);

    need_backing_store(&file);
    char *map = map_file(&file, 0, 16 * page, READ_WRITE, MAP_SHARED);
    SETUP(fsync(file.descriptor));
    EXPECT("yes", yes_or_no(has_backing_store(&file)));
    EXPECT("0", unwritten_pages(&file, 0, 16 * page));
    make_dirty(map, &file, 0, page, 9);
    EXPECT("1", unwritten_pages(&file, 0, page));
    EXPECT("9", file_byte(&file, 0));
    EXPECT("2", file_byte(&file, (int64_t)page));
    SETUP(fsync(file.descriptor));
    EXPECT("0", unwritten_pages(&file, 0, 16 * page));
}

CASE("pass.without_backing_store", PRACTICE("self-test"),
     "a file in memory has no backing store, and waits for none", .needs = NEED_LINUX)
{
    struct scratch_file file = {.descriptor = (int)SETUP(memfd_create("case", MFD_CLOEXEC))};

    SETUP(ftruncate(file.descriptor, (off_t)page));
    char *map = map_file(&file, 0, page, READ_WRITE, MAP_SHARED);
    EXPECT("no", yes_or_no(has_backing_store(&file)));
    make_dirty(map, &file, 0, page, 9);
    EXPECT("9", load(map));
    EXPECT("0", unwritten_pages(&file, 0, page));
}

CASE("pass.after_exec", PRACTICE("self-test"), "a program that is executed has a descriptor, or has not")
{
    const int kept = (int)SETUP(open("/dev/null", O_RDONLY));
    const int lost = (int)SETUP(open("/dev/null", O_RDONLY | O_CLOEXEC));

    EXPECT("open", after_exec(kept));
    EXPECT("closed", after_exec(lost));
    SETUP(close(kept));
    EXPECT("closed", after_exec(kept));
}
