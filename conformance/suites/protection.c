/* Protection: what PROT_ flags allow and refuse, how mprotect changes it, and what keeps it fixed. */
#include "fixture.h"
#include "race.h"

#include <stdint.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>

SUITE("protection", "protection and mprotect");

static const char *first_byte(const char *map)
{
    return map == MAP_FAILED ? error_number(errno) : load(map);
}

static char *private_memory(size_t pages)
{
    return map_anonymous(pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE);
}

/* ---- what a protection refuses ----------------------------------------------------------------- */

CASE("mmap.prot.none_read", POSIX("mmap", SHALL), "a load from a page without access raises SIGSEGV",
     "a read beyond a buffer with a fence spills the memory behind it")
{
    char *map = map_anonymous(page, PROT_NONE, MAP_PRIVATE);

    EXPECT("SIGSEGV SEGV_ACCERR exact", load(map));
    SETUP(mprotect(map, page, PROT_READ));
    EXPECT("0", load(map));
}

CASE("mmap.prot.none_write", POSIX("mmap", SHALL), "a store to a page without access raises SIGSEGV",
     "an overrun of a stack goes through its guard into the next stack")
{
    char *map = map_anonymous(page, PROT_NONE, MAP_PRIVATE);

    EXPECT("SIGSEGV SEGV_ACCERR exact", store(map, 1));
    SETUP(mprotect(map, page, PROT_READ | PROT_WRITE));
    EXPECT("0", load(map));
    EXPECT("stored", store(map, 1));
}

FILE_CASE("mmap.prot.ro_write", POSIX("mmap", SHALL),
          "a store to a page that may only be read raises SIGSEGV and changes neither map nor file",
          "a wild pointer changes constants, and the file that they come from")
{
    struct scratch_file file = scratch_file(page);
    char *shared = map_file(&file, 0, page, PROT_READ, MAP_SHARED);
    char *private = map_file(&file, 0, page, PROT_READ, MAP_PRIVATE);

    EXPECT("SIGSEGV SEGV_ACCERR exact", store(shared, 9));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(private, 9));
    EXPECT("1", load(shared));
    EXPECT("1", load(private));
    EXPECT("1", file_byte(&file, 0));
    EXPECT("stored", store(map_file(&file, 0, page, PROT_READ | PROT_WRITE, MAP_SHARED), 9));
}

CASE("mmap.prot.si_addr_exact", POSIX("signal.h", SHALL),
     "the address that a fault reports is the very byte that was touched, anywhere in a page",
     "a collector marks the wrong object as changed and frees the right one")
{
    char *map = map_anonymous(2 * page, PROT_NONE, MAP_PRIVATE);

    EXPECT("SIGSEGV SEGV_ACCERR exact", load(&map[1]));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(&map[page / 2 + 3], 1));
    EXPECT("SIGSEGV SEGV_ACCERR exact", load(&map[page - 1]));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(&map[2 * page - 1], 1));
    SETUP(munmap(map, 2 * page));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&map[page + 17]));
}

FILE_CASE("mmap.prot.none_opened", POSIX("mmap", SHALL),
          "a map of a file that was made without rights shows the file as soon as mprotect opens it",
          "a loader that reserves its image closed and opens it part by part runs zeros")
{
    static const int sharing[] = {MAP_PRIVATE, MAP_SHARED};
    struct scratch_file file = scratch_file(3 * page);

    for (size_t i = 0; i < 2; i++) {
        char *map = map_file(&file, 0, 3 * page, PROT_NONE, sharing[i]);
        SETUP(mprotect(map + page, page, PROT_READ));
        EXPECT("2", load(map + page));
        SETUP(mprotect(map, 3 * page, READ_WRITE));
        EXPECT("1 2 3", page_bytes(map, 3 * page));
        EXPECT("stored", store(map, 9));
        EXPECT(sharing[i] == MAP_SHARED ? "9" : "1", file_byte(&file, 0));
    }
}

/* ---- code -------------------------------------------------------------------------------------- */

/* Small and aligned enough to lie within one page of the program. */
__attribute__((noinline, aligned(256))) static int answer(void)
{
    return 42;
}

/* A copy of the page of the program that holds answer(); its code in the copy. */
static char *copied_code(char *copy)
{
    int (*function)(void) = answer;
    uintptr_t code;

    memcpy(&code, &function, sizeof code);
    if (permissions((void *)code)[2] != 'x')
        unsupported("pointers to functions do not point to code here");
    memcpy(copy, (void *)(code & ~(page - 1)), page);
    __builtin___clear_cache(copy, copy + page);
    return copy + (code & (page - 1));
}

CASE("mmap.prot.exec_ok", POSIX("mmap", SHALL), "code in a page with PROT_EXEC runs",
     "a JIT compiles functions that it cannot call")
{
    char *map = private_memory(1), *code = copied_code(map);

    EXPECT("0", returned(mprotect(map, page, PROT_READ | PROT_EXEC)));
    EXPECT("42", run_code(code));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(map, 1));
}

CASE("mmap.prot.nx", PRACTICE("data does not run"),
     "code in a page without PROT_EXEC does not run: calling it raises SIGSEGV",
     "an intruder runs code that was sent as data")
{
    char *map = private_memory(1), *code = copied_code(map);

    EXPECT("SIGSEGV SEGV_ACCERR exact", run_code(code));
    EXPECT("0", returned(mprotect(map, page, PROT_READ | PROT_EXEC)));
    EXPECT("42", run_code(code));
    EXPECT("0", returned(mprotect(map, page, PROT_READ)));
    EXPECT("SIGSEGV SEGV_ACCERR exact", run_code(code));
}

/* ---- what a protection leaves open ------------------------------------------------------------- */

FILE_CASE("mmap.prot.wo_readable", POSIX("mmap", UNSPECIFIED),
          "a page with PROT_WRITE alone takes stores; a load answers what it holds, or raises SIGSEGV",
          "a program that relies on either of the two works on some processors only")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_file(&file, 0, page, PROT_WRITE, MAP_SHARED);

    EXPECT("1|SIGSEGV SEGV_ACCERR exact", load(map));
    EXPECT("stored", store(map, 9));
    EXPECT("9", file_byte(&file, 0));
    EXPECT("9|SIGSEGV SEGV_ACCERR exact", load(map));
}

/* "90|SIGSEGV …": what loading a byte may answer where code can only be run. */
static const char *byte_or_fault(unsigned char byte)
{
    static char expected[128];

    snprintf(expected, sizeof expected, "%d|SIGSEGV SEGV_ACCERR exact|SIGSEGV SEGV_PKUERR exact", byte);
    return expected;
}

CASE("mmap.prot.xo_readable", POSIX("mmap", UNSPECIFIED),
     "code in a page with PROT_EXEC alone runs and can't be stored to; it can be loaded, or raises SIGSEGV",
     "code that is meant to be run and not read is laid open, or a debugger finds nothing to read")
{
    char *map = private_memory(1), *code = copied_code(map);
    const char *expected = byte_or_fault((unsigned char)*code);

    EXPECT("0", returned(mprotect(map, page, PROT_EXEC)));
    EXPECT("42", run_code(code));
    EXPECT(expected, load(code));
    EXPECT("SIGSEGV SEGV_ACCERR exact|SIGSEGV SEGV_PKUERR exact", store(code, 0));
    SETUP(mprotect(map, page, PROT_READ));
    EXPECT(number((unsigned char)*code), load(code));
}

/* A system may keep pages from being writable and executable: POSIX calls that ENOTSUP. */
#define NOT_BOTH "EOPNOTSUPP|ENOTSUP|EACCES|EPERM"

FILE_CASE("mmap.prot.exec_ro", POSIX("mmap", SHALL),
          "a map of a file for executing can't be stored to, with PROT_READ and without, private and shared",
          "an attacker writes into the code of a program that is as closed as any other")
{
    static const int rights[] = {PROT_EXEC, PROT_READ | PROT_EXEC}, sharing[] = {MAP_PRIVATE, MAP_SHARED};
    struct scratch_file file = scratch_file(page);

    for (size_t i = 0; i < 4; i++) {
        char *map = mmap(NULL, page, rights[i / 2], sharing[i % 2], file.descriptor, 0);
        if (map == MAP_FAILED && errno == EPERM)
            unsupported("nothing in this folder may be executed");
        EXPECT("mapped", mapped(map));
        EXPECT("SIGSEGV SEGV_ACCERR exact|SIGSEGV SEGV_PKUERR exact", store(map, 9));
        SETUP(mprotect(map, page, READ_WRITE));
        EXPECT("1", load(map));
        EXPECT("stored", store(map, 1));
    }
}

CASE("mmap.prot.wx", POSIX("mmap", MAY),
     "a page that can be written and executed is had and runs what was stored, or is refused, by both calls",
     "a program that makes code at run time gets memory that it can't run")
{
    const int all = PROT_READ | PROT_WRITE | PROT_EXEC;
    char *map = mmap(NULL, page, all, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *later = private_memory(1);

    EXPECT("mapped|" NOT_BOTH, mapped(map));
    if (map != MAP_FAILED) {
        EXPECT("rwxp", permissions(map));
        EXPECT("42", run_code(copied_code(map)));
        EXPECT("stored", store(map, 0));
    }
    char *code = copied_code(later);
    const char *answered = returned(mprotect(later, page, all));
    EXPECT("0|" NOT_BOTH, answered);
    EXPECT(strcmp(answered, "0") == 0 ? "42" : "SIGSEGV SEGV_ACCERR exact", run_code(code));
    EXPECT("stored", store(later, 0));
}

CASE("mmap.prot.unknown_mmap", POSIX("mmap", UNSPECIFIED),
     "a protection bit that nobody knows is refused by mmap, or ignored: it gives no access",
     "a program with a wrong bit gets rights that it did not ask for")
{
    const int unknown = 1 << 20;
    char *map = mmap(NULL, page, PROT_READ | unknown, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    EXPECT("mapped|EINVAL|EOPNOTSUPP|ENOTSUP", mapped(map));
    if (map != MAP_FAILED) {
        EXPECT("r--p", permissions(map));
        EXPECT("0", load(map));
        EXPECT("SIGSEGV SEGV_ACCERR exact", store(map, 1));
    }
    EXPECT("0", first_byte(mmap(NULL, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)));
}

/* ---- how the file was opened ------------------------------------------------------------------- */

static char *map_opened(const struct scratch_file *file, int opened, int protection, int flags)
{
    return mmap(NULL, page, protection, flags, reopen(file, opened), 0);
}

FILE_CASE("mmap.prot.ro_fd_shared_write", POSIX("mmap", SHALL),
          "a file opened for reading can't be mapped shared and writable: EACCES",
          "a user with read access alone changes the file of another")
{
    struct scratch_file file = scratch_file(page);

    EXPECT("EACCES", mapped(map_opened(&file, O_RDONLY, PROT_READ | PROT_WRITE, MAP_SHARED)));
    EXPECT("EACCES", mapped(map_opened(&file, O_RDONLY, PROT_WRITE, MAP_SHARED)));
    EXPECT("1", first_byte(map_opened(&file, O_RDONLY, PROT_READ, MAP_SHARED)));
    EXPECT("1", first_byte(map_opened(&file, O_RDWR, PROT_READ | PROT_WRITE, MAP_SHARED)));
}

FILE_CASE("mmap.prot.ro_fd_private_write", POSIX("mmap", SHALL),
          "a file opened for reading can be mapped private and writable; stores do not reach it",
          "a program cannot patch its copy of a read-only image, or patches the original")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_opened(&file, O_RDONLY, PROT_READ | PROT_WRITE, MAP_PRIVATE);

    EXPECT("1", first_byte(map));
    EXPECT("stored", store(map, 9));
    EXPECT("9", load(map));
    EXPECT("1", file_byte(&file, 0));
}

FILE_CASE("mmap.prot.wo_fd_read", POSIX("mmap", SHALL),
          "a file opened for writing only can't be mapped for reading: EACCES",
          "who may only add to a drop box reads what others have put there")
{
    struct scratch_file file = scratch_file(page);

    EXPECT("EACCES", mapped(map_opened(&file, O_WRONLY, PROT_READ, MAP_SHARED)));
    EXPECT("EACCES", mapped(map_opened(&file, O_WRONLY, PROT_READ, MAP_PRIVATE)));
    EXPECT("1", first_byte(map_opened(&file, O_RDWR, PROT_READ, MAP_SHARED)));
}

FILE_CASE("mmap.prot.wo_fd_none", POSIX("mmap", SHALL),
          "a file opened for writing only can't be mapped even without access: EACCES",
          "a map made closed on a write-only descriptor is opened for reading later")
{
    struct scratch_file file = scratch_file(page);

    EXPECT("EACCES", mapped(map_opened(&file, O_WRONLY, PROT_NONE, MAP_SHARED)));
    EXPECT("EACCES", mapped(map_opened(&file, O_WRONLY, PROT_NONE, MAP_PRIVATE)));
    EXPECT("SIGSEGV SEGV_ACCERR exact", load(map_opened(&file, O_RDONLY, PROT_NONE, MAP_SHARED)));
}

FILE_CASE("mmap.prot.wo_fd_private_write", POSIX("mmap", SHALL),
          "a file opened for writing only can't be mapped for writing either: EACCES",
          "a process reads, page by page, a file that it was only allowed to write")
{
    struct scratch_file file = scratch_file(page);

    EXPECT("EACCES", mapped(map_opened(&file, O_WRONLY, PROT_WRITE, MAP_PRIVATE)));
    EXPECT("EACCES", mapped(map_opened(&file, O_WRONLY, PROT_WRITE, MAP_SHARED)));
    EXPECT("stored", store(map_opened(&file, O_RDWR, PROT_WRITE, MAP_PRIVATE), 9));
    EXPECT("1", file_byte(&file, 0));
}

FILE_CASE("mprotect.upgrade_ro_shared", POSIX("mprotect", SHALL),
          "mprotect does not make a shared map of a file opened for reading writable: EACCES",
          "a client makes the read-only tables of a server writable and forges them")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_opened(&file, O_RDONLY, PROT_READ, MAP_SHARED);
    char *writable = map_opened(&file, O_RDWR, PROT_READ, MAP_SHARED);

    EXPECT("EACCES", returned(mprotect(map, page, PROT_READ | PROT_WRITE)));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(map, 9));
    EXPECT("0", returned(mprotect(writable, page, PROT_READ | PROT_WRITE)));
    EXPECT("stored", store(writable, 8));
    EXPECT("8", load(map));
}

FILE_CASE("mprotect.upgrade_ro_private", POSIX("mprotect", SHALL),
          "mprotect makes a private map of a file opened for reading writable; the file stays as it is",
          "a linker cannot apply relocations to text that it mapped read-only")
{
    struct scratch_file file = scratch_file(page);
    char *map = map_opened(&file, O_RDONLY, PROT_READ, MAP_PRIVATE);

    EXPECT("0", returned(mprotect(map, page, PROT_READ | PROT_WRITE)));
    EXPECT("stored", store(map, 9));
    EXPECT("9", load(map));
    EXPECT("1", file_byte(&file, 0));
}

/* ---- the range of mprotect --------------------------------------------------------------------- */

CASE("mprotect.unaligned", POSIX("mprotect", MAY),
     "mprotect inside a page fails with EINVAL and changes nothing, or changes the whole page",
     "a guard ends up on half of what was asked for, or beside it")
{
    char *map = numbered_pages(2, MAP_PRIVATE);
    const char *answered = returned(mprotect(map + page / 2, page / 2, PROT_READ));

    EXPECT("EINVAL|0", answered);
    EXPECT(strcmp(answered, "0") == 0 ? "SIGSEGV SEGV_ACCERR exact" : "stored", store(map, 7));
    EXPECT("stored", store(&map[page], 7));
    EXPECT("0", returned(mprotect(map, page / 2, PROT_READ)));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(&map[page - 1], 7));
}

CASE("mprotect.unaligned_refused", LINUX("mprotect(2)"),
     "mprotect inside a page fails with EINVAL and changes nothing",
     "a pointer to an object is taken for its page, and its neighbours become read-only")
{
    char *map = numbered_pages(2, MAP_PRIVATE);

    EXPECT("EINVAL", returned(mprotect(map + 1, page, PROT_READ)));
    EXPECT("EINVAL", returned(mprotect(map + page / 2, page / 2, PROT_READ)));
    EXPECT("stored", store(&map[page - 1], 7));
    EXPECT("0", returned(mprotect(map, page, PROT_READ)));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(&map[page - 1], 8));
}

CASE("mprotect.write_only", POSIX("mprotect", SHALL), "PROT_WRITE alone lets a page be written, and keeps it",
     "a buffer that is only to be filled is lost, or refuses to be filled")
{
    char *map = numbered_pages(2, MAP_PRIVATE);

    EXPECT("0", returned(mprotect(map, page, PROT_WRITE)));
    EXPECT("stored", store(&map[page - 1], 7));
    EXPECT("0", returned(mprotect(map, page, PROT_READ)));
    EXPECT("1", load(map));
    EXPECT("7", load(&map[page - 1]));
}

CASE("mprotect.len0", PRACTICE("a range of no bytes is no error"),
     "mprotect of no bytes succeeds and changes no page",
     "sealing an empty section of a program fails, or closes a page of the next one")
{
    char *map = numbered_pages(1, MAP_PRIVATE);

    EXPECT("0", returned(mprotect(map, 0, PROT_NONE)));
    EXPECT("stored", store(map, 7));
    EXPECT("0", returned(mprotect(map, 1, PROT_NONE)));
    EXPECT("SIGSEGV SEGV_ACCERR exact", load(map));
}

CASE("mprotect.unmapped", POSIX("mprotect", SHALL),
     "mprotect of a range in which nothing is mapped fails with ENOMEM, and maps nothing",
     "a hardened allocator believes in a guard at a place that is open to any map")
{
    char *range = unmapped_range(2 * page), *map = numbered_pages(1, MAP_PRIVATE);

    EXPECT("ENOMEM", returned(mprotect(range, 2 * page, PROT_READ)));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(range));
    EXPECT("0", returned(mprotect(map, page, PROT_READ)));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(map, 9));
    EXPECT("1", load(map));
}

CASE("mprotect.hole_prefix", POSIX("mprotect", SHALL),
     "mprotect over a hole fails with ENOMEM; pages before it may have changed, no byte has",
     "a heap with a gap loses data, or is told that it is all sealed")
{
    char *map = numbered_pages(4, MAP_PRIVATE);

    SETUP(munmap(map + 2 * page, page));
    EXPECT("ENOMEM", returned(mprotect(map, 4 * page, PROT_READ)));
    EXPECT("1 2", page_bytes(map, 2 * page));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(&map[2 * page]));
    EXPECT("4", load(&map[3 * page]));
    EXPECT("stored|SIGSEGV SEGV_ACCERR exact", store(&map[page], 7));
    EXPECT("0", returned(mprotect(map, 2 * page, PROT_READ)));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(&map[page], 7));
}

CASE("mprotect.overflow", POSIX("mprotect", SHALL),
     "mprotect of a range that runs over the end of the address space fails with ENOMEM",
     "a wrapped length closes the whole program in place of one page")
{
    char *map = numbered_pages(2, MAP_PRIVATE);

    EXPECT("ENOMEM", returned(mprotect(map + page, SIZE_MAX & ~(page - 1), PROT_NONE)));
    EXPECT("1", load(map));
    EXPECT("0", returned(mprotect(map + page, page, PROT_NONE)));
    EXPECT("SIGSEGV SEGV_ACCERR exact", load(&map[page]));
}

CASE("mprotect.preserves_data", POSIX("mprotect", SHALL),
     "what a page held is there again when access to it comes back",
     "a vault that closes its memory between uses finds it empty")
{
    char *map = numbered_pages(3, MAP_PRIVATE);

    EXPECT("0", returned(mprotect(map, 3 * page, PROT_NONE)));
    EXPECT("SIGSEGV SEGV_ACCERR exact", load(&map[page]));
    EXPECT("0", returned(mprotect(map, 3 * page, PROT_READ | PROT_WRITE)));
    EXPECT("1 2 3", page_bytes(map, 3 * page));
    EXPECT("stored", store(&map[page], 7));
}

CASE("mprotect.partial", POSIX("mprotect", SHALL),
     "mprotect changes the pages that its range touches, and no page beside them",
     "sealing one table makes the variables beside it read-only too")
{
    char *map = numbered_pages(4, MAP_PRIVATE);

    EXPECT("0", returned(mprotect(map + page, page + 1, PROT_READ)));
    EXPECT("stored", store(&map[page - 1], 7));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(&map[page], 7));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(&map[3 * page - 1], 7));
    EXPECT("stored", store(&map[3 * page], 7));
    EXPECT("1 2 3 7", page_bytes(map, 4 * page));
}

FILE_CASE("mprotect.multi_vma", POSIX("mprotect", SHALL),
          "one mprotect changes several maps of different kinds that lie side by side",
          "a loader seals the first part of a segment and leaves the rest open to attack")
{
    struct scratch_file file = scratch_file(page);
    char *map = numbered_pages(3, MAP_PRIVATE);

    map_over(map + page, page, PROT_READ | PROT_WRITE, MAP_SHARED, file.descriptor);
    EXPECT("0", returned(mprotect(map, 3 * page, PROT_READ)));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(map, 7));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(&map[page], 7));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(&map[2 * page], 7));
    EXPECT("1 1 3", page_bytes(map, 3 * page));
}

CASE("mprotect.cut_then_protect", POSIX("mprotect", SHALL),
     "after a map replaced the middle of another, mprotect of either end leaves the rest as it was",
     "changing rights next to a guard opens the guard")
{
    char *map = numbered_pages(3, MAP_PRIVATE);

    map_over(map + page, page, PROT_NONE, MAP_PRIVATE, -1);
    EXPECT("0", returned(mprotect(map, page, PROT_READ)));
    EXPECT("1", load(map));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(map, 7));
    EXPECT("SIGSEGV SEGV_ACCERR exact", load(&map[page]));
    EXPECT("stored", store(&map[2 * page], 7));
    EXPECT("0", returned(mprotect(map + page, page, PROT_READ)));
    EXPECT("1 0 7", page_bytes(map, 3 * page));
}

CASE("mprotect.fork_inherits", POSIX("fork", SHALL), "a child has the protections of its parent, and its own",
     "a child runs with the guards of its parent gone")
{
    char *map = numbered_pages(3, MAP_PRIVATE);

    SETUP(mprotect(map, page, PROT_READ));
    SETUP(mprotect(map + page, page, PROT_NONE));
    EXPECT("1", load_in_child(map));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store_in_child(map, 7));
    EXPECT("SIGSEGV SEGV_ACCERR exact", load_in_child(&map[page]));
    EXPECT("stored", store_in_child(&map[2 * page], 7));
    EXPECT("3", load(&map[2 * page]));
}

/* ---- bits of mprotect -------------------------------------------------------------------------- */

CASE("mmap.prot.unknown_mprotect", LINUX("mprotect(2)"),
     "mprotect refuses a protection that it does not know with EINVAL, and changes nothing",
     "a program asks for a protection newer than the kernel and believes it has it")
{
    const int unknown = 1 << 20;
    char *map = numbered_pages(1, MAP_PRIVATE);

    EXPECT("EINVAL", returned(mprotect(map, page, PROT_READ | unknown)));
    EXPECT("stored", store(map, 7));
    EXPECT("0", returned(mprotect(map, page, PROT_READ)));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(map, 8));
}

CASE("mprotect.grows_both", LINUX("mprotect(2)"),
     "PROT_GROWSUP and PROT_GROWSDOWN together are refused with EINVAL",
     "a nonsensical request changes the rights of some range nobody can name")
{
    char *map = numbered_pages(1, MAP_PRIVATE);
    int both = CONSTANT(PROT_GROWSUP) | CONSTANT(PROT_GROWSDOWN);

    EXPECT("EINVAL", returned(mprotect(map, page, PROT_READ | both)));
    EXPECT("stored", store(map, 7));
    EXPECT("0", returned(mprotect(map, page, PROT_READ)));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(map, 9));
    EXPECT("7", load(map));
}

CASE("mprotect.growsdown_extends", LINUX("mprotect(2)"),
     "PROT_GROWSDOWN reaches down to the beginning of a map that grows downwards",
     "a loader that needs an executable stack gets a single page of it")
{
    char *map = unmapped_range(6 * page) + 2 * page;

    map_over(map, 4 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | CONSTANT(MAP_GROWSDOWN), -1);
    EXPECT("0", returned(mprotect(map + 2 * page, page, PROT_READ | CONSTANT(PROT_GROWSDOWN))));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(map, 7));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(&map[3 * page - 1], 7));
    EXPECT("stored", store(&map[3 * page], 7));
}

CASE("mprotect.growsdown_bad", LINUX("mprotect(2)"),
     "PROT_GROWSDOWN in a map that does not grow downwards is refused with EINVAL, and nothing changes",
     "the wrong pages lose their rights, or the right ones keep them")
{
    char *map = numbered_pages(3, MAP_PRIVATE);
    int down = CONSTANT(PROT_GROWSDOWN);

    EXPECT("EINVAL", returned(mprotect(map + page, page, PROT_READ | down)));
    EXPECT("stored", store(map, 5));
    EXPECT("stored", store(&map[page], 6));
    EXPECT("0", returned(mprotect(map + page, page, PROT_READ)));
    EXPECT("stored", store(map, 7));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(&map[page], 8));
    EXPECT("7 6 3", page_bytes(map, 3 * page));
}

static char *raced;

static void protect_raced(void)
{
    SETUP(mprotect(raced, page, PROT_READ));
}

static void unprotect_raced(void)
{
    SETUP(mprotect(raced, page, READ_WRITE));
}

static const char *store_raced(void)
{
    return store(raced, 7);
}

CASE("mprotect.race", POSIX("mprotect", SHALL),
     "once mprotect has returned no thread, on any processor, still has the rights that it took",
     "a collector or a debugger misses the stores of a thread that runs on another processor", .seconds = 20)
{
    const struct turns turns = {
        {unprotect_raced, protect_raced}, store_raced, {"stored", "SIGSEGV SEGV_ACCERR exact"}};

    raced = map_anonymous(page, READ_WRITE, MAP_PRIVATE);
    EXPECT("0", touches_out_of_turn(&turns));
    EXPECT("7", load(raced));
}

/* ---- system calls and protections -------------------------------------------------------------- */

/* A pipe that holds three bytes: 7, 8, 9. */
static int full_pipe(int *writing_end)
{
    int ends[2];

    SETUP(pipe(ends));
    SETUP(write(ends[1], "\7\10\11", 3));
    *writing_end = ends[1];
    return ends[0];
}

CASE("mmap.prot.syscall_write_ro", LINUX("read(2)"),
     "read into a page that may not be written fails with EFAULT and raises no signal",
     "the kernel writes for a program where the program itself may not")
{
    char *map = numbered_pages(2, MAP_PRIVATE);
    int writing_end, reading_end = full_pipe(&writing_end);

    SETUP(mprotect(map, page, PROT_READ));
    EXPECT("EFAULT", returned(read(reading_end, map, 1)));
    EXPECT("1", load(map));
    EXPECT("1", returned(read(reading_end, map + page, 1)));
    EXPECT("7|8", load(map + page));
}

CASE("mmap.prot.syscall_read_none", LINUX("write(2)"),
     "write from a page without access fails with EFAULT and raises no signal",
     "a server sends out, by a wrong pointer, what its guards were to hide")
{
    char *map = numbered_pages(2, MAP_PRIVATE);
    char bytes[8] = {0};
    int writing_end, reading_end = full_pipe(&writing_end);

    SETUP(mprotect(map, page, PROT_NONE));
    EXPECT("EFAULT", returned(write(writing_end, map, 1)));
    EXPECT("1", returned(write(writing_end, map + page, 1)));
    EXPECT("4", returned(read(reading_end, bytes, sizeof bytes)));
    EXPECT("2", load(&bytes[3]));
}

/* NOLINTNEXTLINE(readability-non-const-parameter): it is stored to, by the kernel */
static const char *copy_by_kernel(bool into, char *remote)
{
    static char byte;
    const struct iovec here = {&byte, 1}, there = {remote, 1};

    byte = 77;
    ssize_t length = into ? process_vm_writev(getpid(), &here, 1, &there, 1, 0)
                          : process_vm_readv(getpid(), &here, 1, &there, 1, 0);
    if (length == -1 && (errno == ENOSYS || errno == EPERM))
        unsupported("processes can't copy from each other here");
    return length == 1 ? number((unsigned char)byte) : returned(length);
}

CASE("mmap.prot.vm_readv_none", LINUX("process_vm_readv(2)"),
     "process_vm_readv of a page without access and process_vm_writev to one fail with EFAULT, no byte moves",
     "memory that a program has closed leaks out, or changes behind its back")
{
    char *map = numbered_pages(2, MAP_PRIVATE);

    EXPECT("2", copy_by_kernel(false, map + page));
    SETUP(mprotect(map, page, PROT_NONE));
    EXPECT("EFAULT", copy_by_kernel(false, map));
    EXPECT("EFAULT", copy_by_kernel(true, map));
    SETUP(mprotect(map, page, PROT_READ));
    EXPECT("EFAULT", copy_by_kernel(true, map));
    EXPECT("1", load(map));
    EXPECT("77", copy_by_kernel(true, map + page));
    EXPECT("77", load(map + page));
}

FILE_CASE("mmap.prot.proc_mem_force", LINUX("proc_pid_mem(5)"),
          "a write to /proc/self/mem makes a copy of a read-only private page, where the system lets it by",
          "a breakpoint that a debugger sets gets into the program file, and into every process that runs it")
{
    struct scratch_file file = scratch_file(2 * page);
    char *map = map_descriptor(reopen(&file, O_RDONLY), 0, page, PROT_READ, MAP_PRIVATE);
    char *writable = map_file(&file, (off_t)page, page, READ_WRITE, MAP_PRIVATE);
    int memory = open("/proc/self/mem", O_RDWR | O_CLOEXEC);

    if (memory < 0)
        unsupported("/proc/self/mem can't be opened");
    EXPECT("1", returned(pwrite(memory, "\11", 1, (off_t)(uintptr_t)writable)));
    EXPECT("9", load(writable));
    const char *answered = returned(pwrite(memory, "\11", 1, (off_t)(uintptr_t)map));
    EXPECT("1|EIO", answered); /* since Linux 6.12 proc_mem.force_override may forbid it */
    EXPECT(strcmp(answered, "1") == 0 ? "9" : "1", load(map));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(map, 8));
    EXPECT("1", file_byte(&file, 0));
    EXPECT("2", file_byte(&file, (int64_t)page));
}

FILE_CASE("mmap.prot.maps_string", LINUX("proc(5), maps"),
          "the list of maps shows what was asked for: reading, writing, executing, private or shared",
          "an audit for writable code looks at a list that does not tell the truth")
{
    struct scratch_file file = scratch_file(page);

    EXPECT("---p", permissions(map_anonymous(page, PROT_NONE, MAP_PRIVATE)));
    EXPECT("rw-p", permissions(private_memory(1)));
    EXPECT("rw-s", permissions(map_anonymous(page, PROT_READ | PROT_WRITE, MAP_SHARED)));
    EXPECT("r--s", permissions(map_file(&file, 0, page, PROT_READ, MAP_SHARED)));
    EXPECT("r--p", permissions(map_file(&file, 0, page, PROT_READ, MAP_PRIVATE)));
    EXPECT("-w-p", permissions(map_file(&file, 0, page, PROT_WRITE, MAP_PRIVATE)));
    EXPECT("r-xp", permissions(map_anonymous(page, PROT_READ | PROT_EXEC, MAP_PRIVATE)));
}

/* ---- what keeps protections fixed -------------------------------------------------------------- */

CASE("mmap.prot.mdwe", LINUX("PR_SET_MDWE(2const)"),
     "after PR_SET_MDWE nothing becomes writable and executable, nor executable later on",
     "a service hardened against injected code can be made to run it all the same", .since = KERNEL(6, 3))
{
    const int set_mdwe = 65;
    const unsigned long refuse_exec_gain = 1;
    const int all = PROT_READ | PROT_WRITE | PROT_EXEC;
    char *map = numbered_pages(1, MAP_PRIVATE);
    char *code = map_anonymous(page, PROT_READ | PROT_EXEC, MAP_PRIVATE);

    SETUP(prctl(set_mdwe, refuse_exec_gain, 0UL, 0UL, 0UL));
    EXPECT("EACCES", mapped(mmap(NULL, page, all, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)));
    EXPECT("EACCES", returned(mprotect(map, page, PROT_READ | PROT_EXEC)));
    EXPECT("rw-p", permissions(map));
    EXPECT("0", returned(mprotect(map, page, PROT_READ)));
    EXPECT("0", returned(mprotect(code, page, PROT_READ | PROT_EXEC)));
    EXPECT("r-xp", permissions(map_anonymous(page, PROT_READ | PROT_EXEC, MAP_PRIVATE)));
}

CASE("mmap.prot.pkey_denied", LINUX("pkeys(7)"),
     "touching a page whose protection key denies access raises SIGSEGV with SEGV_PKUERR",
     "a compromised plugin reads the keys that its thread has no rights to", .since = KERNEL(4, 9))
{
    const unsigned long disable_access = 1;
    char *map = numbered_pages(2, MAP_PRIVATE);
    long key = syscall(SYS_pkey_alloc, 0UL, disable_access);

    if (key == -1)
        unsupported("this machine has no protection keys");
    EXPECT("0", returned(syscall(SYS_pkey_mprotect, map, page, PROT_READ | PROT_WRITE, key)));
    EXPECT("SIGSEGV SEGV_PKUERR exact", load(map));
    EXPECT("SIGSEGV SEGV_PKUERR exact", store(map, 7));
    EXPECT("2", load(&map[page]));
}

/* Newer than many headers; since Linux 5.1 new calls have the same distance on every architecture. */
static long seal(void *address, size_t length)
{
    return syscall(SYS_pidfd_open + 28, address, length, 0UL);
}

CASE("mseal.mprotect", LINUX("mseal(2)"),
     "mprotect of a sealed page fails with EPERM and changes nothing, beside it it works",
     "an intruder makes the sealed tables of a program writable again", .since = KERNEL(6, 10),
     .needs = NEED_64_BIT)
{
    char *map = numbered_pages(2, MAP_PRIVATE);

    EXPECT("0", returned(seal(map, page)));
    EXPECT("EPERM", returned(mprotect(map, page, PROT_READ)));
    EXPECT("stored", store(map, 7));
    EXPECT("0", returned(mprotect(map + page, page, PROT_READ)));
    EXPECT("SIGSEGV SEGV_ACCERR exact", store(&map[page], 7));
}

CASE("mseal.munmap_remap", LINUX("mseal(2)"),
     "a sealed page can't be unmapped, moved, resized, replaced, or discarded while read-only: EPERM",
     "an intruder swaps sealed code by unmapping it and mapping something else there", .since = KERNEL(6, 10),
     .needs = NEED_64_BIT)
{
    const int replace = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
    char *map = numbered_pages(3, MAP_PRIVATE);

    SETUP(mprotect(map + page, page, PROT_READ));
    EXPECT("0", returned(seal(map + page, page)));
    EXPECT("EPERM", returned(munmap(map + page, page)));
    EXPECT("EPERM", returned(munmap(map, 3 * page)));
    EXPECT("EPERM", mapped(mremap(map + page, page, 2 * page, MREMAP_MAYMOVE)));
    EXPECT("EPERM", mapped(mmap(map + page, page, PROT_READ, replace, -1, 0)));
    EXPECT("EPERM", returned(madvise(map + page, page, MADV_DONTNEED)));
    EXPECT("1 2 3", page_bytes(map, 3 * page));
    EXPECT("0", returned(munmap(map, page)));
    EXPECT("SIGSEGV SEGV_MAPERR exact", load(map));
    EXPECT("2 3", page_bytes(map + page, 2 * page));
}

CASE("mprotect.exact_rights", POSIX("mprotect", SHALL),
     "mprotect grants the rights that were asked for and no other",
     "memory that holds a stranger's bytes can be executed")
{
    static const struct {
        int protection;
        const char *shown;
    } each[] = {{PROT_NONE, "---p"},
                {PROT_READ, "r--p"},
                {PROT_READ | PROT_WRITE, "rw-p"},
                {PROT_READ | PROT_EXEC, "r-xp"},
                {PROT_READ | PROT_WRITE, "rw-p"}};
    char *map = numbered_pages(1, MAP_PRIVATE);

    for (size_t i = 0; i < sizeof each / sizeof each[0]; i++) {
        EXPECT("0", returned(mprotect(map, page, each[i].protection)));
        EXPECT(each[i].shown, permissions(map));
    }
    EXPECT("1", load(map));
}

/* ---- file systems without programs --------------------------------------------------------------- */

/* A descriptor of a file on a file system that was mounted with those flags, in the case's own namespace. */
static int file_mounted_with(unsigned long flags, const char *name)
{
    return file_in(mount_private(name, "tmpfs", "mapwise", flags, NULL), "file", page).descriptor;
}

CASE("mmap.prot.noexec_mount", LINUX("mmap(2)"),
     "a file on a file system mounted noexec can't be mapped with PROT_EXEC: EPERM; for reading it can",
     "code runs from a place that the administrator closed to programs")
{
    const int refused = file_mounted_with(MS_NOEXEC, "noexec"), allowed = file_mounted_with(0, "exec");

    EXPECT("EPERM", mapped(mmap(NULL, page, PROT_READ | PROT_EXEC, MAP_PRIVATE, refused, 0)));
    EXPECT("EPERM", mapped(mmap(NULL, page, PROT_READ | PROT_EXEC, MAP_SHARED, refused, 0)));
    EXPECT("mapped", mapped(mmap(NULL, page, READ_WRITE, MAP_SHARED, refused, 0)));
    EXPECT("mapped", mapped(mmap(NULL, page, PROT_READ | PROT_EXEC, MAP_PRIVATE, allowed, 0)));
}

CASE("mprotect.noexec_mount", LINUX("mprotect(2)"),
     "a map of a file on a file system mounted noexec can't be made executable: EACCES",
     "a file that may not be run is run all the same by mapping it first")
{
    const int refused = file_mounted_with(MS_NOEXEC, "noexec"), allowed = file_mounted_with(0, "exec");
    char *map = map_descriptor(refused, 0, page, PROT_READ, MAP_PRIVATE);

    EXPECT("EACCES", returned(mprotect(map, page, PROT_READ | PROT_EXEC)));
    EXPECT("r--p", permissions(map));
    EXPECT("0", returned(mprotect(map, page, READ_WRITE)));
    map = map_descriptor(allowed, 0, page, PROT_READ, MAP_PRIVATE);
    EXPECT("0", returned(mprotect(map, page, PROT_READ | PROT_EXEC)));
}
