# The steps of ci/test and ci/full, to be sourced by them in the top folder of the clone.

jobs=$(nproc)
log=$(mktemp)
load=()   # processes that only keep the machine busy
repeated= # the folder that is measured in meanwhile
steps_passed=0
steps_not_run=0

clean_up() {
    rm -f "$log"
    [ ${#load[@]} -eq 0 ] || kill "${load[@]}" 2>/dev/null || true
    [ -z "$repeated" ] || rm -rf "$repeated"
}
trap clean_up EXIT

# step NAME COMMAND …: what the command prints is shown if it fails, and for tests always. A command that
# can't run here says why and answers 77.
step() {
    local name=$1 begun=$SECONDS status=0
    shift
    printf '== %s\n' "$name"
    "$@" >"$log" 2>&1 </dev/null || status=$?
    if [ $status -eq 77 ]; then
        sed 's/^/   not run: /' "$log"
        steps_not_run=$((steps_not_run + 1))
        return 0
    fi
    if [ $status -ne 0 ]; then
        tail -n 200 "$log"
        printf '== %s: FAILED after %d s\n' "$name" $((SECONDS - begun))
        printf '%d passed, 1 failed\n' "$steps_passed"
        exit 1
    fi
    grep -E '% tests passed|[0-9]+ of [0-9]+ (in |cases)|not run: |executions' "$log" || true
    printf '   %d s\n' $((SECONDS - begun))
    steps_passed=$((steps_passed + 1))
}

finish() {
    printf '%d passed, 0 failed' "$steps_passed"
    [ "$steps_not_run" -eq 0 ] || printf ', %d not run' "$steps_not_run"
    printf '\n'
}

sources() {
    git ls-files '*.c' '*.h' '*.cpp' '*.hpp'
}

check_format() {
    sources | xargs clang-format --dry-run -Werror
}

build() {
    cmake --preset "$1" && cmake --build --preset "$1"
}

run_tests() {
    local preset=$1
    shift
    ctest --preset "$preset" --no-tests=error --parallel "$jobs" "$@"
}

# Sources only: headers are looked at through them. The configuration tells which ones are built.
lint() {
    local files
    files=$(sed -n 's/^  "file": "\(.*\)",\{0,1\}$/\1/p' "build/$1/compile_commands.json" |
        grep -v "^$PWD/build/" | sort -u)
    # What it counts in headers of the system is of no interest.
    xargs -P "$jobs" -n 4 clang-tidy -p "build/$1" --quiet <<<"$files" 2>&1 |
        { grep -v 'warnings\{0,1\} generated' || true; }
}

check_paths() {
    local path
    for path in raw library; do
        build/dev/bin/mapwise-check --path $path --no-results build/dev || return
    done
}

# Shadow memory breaks what the suites look at, so they stay out; the library's own suite runs.
run_sanitized() {
    # lib.failure counts maps, and the sanitizer makes some of its own. bench.program takes its time: ci/full.
    run_tests asan -L "unit|runner|bench" -E "lib.failure|bench.(program|interruption)$" &&
        ASAN_OPTIONS=handle_segv=0:handle_sigbus=0:handle_sigill=0 \
            build/asan/bin/mapwise-check --suite library --timeout-scale 10 --no-results build/asan
}

check_static() {
    # What musl's malloc maps and gives back lib.failure would count.
    run_tests static -L "unit|install" -E "lib.failure" && build/static/bin/mapwise-check --no-results build/static
}

# By qemu where the kernel runs no 32-bit programs, but for what qemu answers in the kernel's place.
check_i386() {
    local check=build/i386/bin/mapwise-check
    if $check --help >/dev/null 2>&1; then
        run_tests i386 -L "unit|install" && $check --no-results build/i386 &&
            $check --path raw --no-results build/i386
    elif command -v qemu-i386 >/dev/null; then
        run_tests i386 -L "unit|install" -E "lib.capability|lib.failure|example.survive_truncation" && check_by_qemu i386
    else
        echo "this kernel runs no 32-bit programs, and there is no qemu-i386"
        return 77
    fi
}

# The library suite by qemu-NAME: what does not pass must be in ci/qemu-NAME.txt.
check_by_qemu() {
    local tap=build/$1/library.tap result=0
    "qemu-$1" "build/$1/bin/mapwise-check" --suite library --timeout-scale 5 --format tap --no-results "build/$1" >"$tap" ||
        result=$?
    [ $result -le 1 ] || return $result
    awk 'NR == FNR { if (/^[^#]/) { gsub(/\./, "\\."); gsub(/\*/, ".*"); known = known "|" $1 }; next }
        /^ok / { passed++; shown = 0 }
        /^not ok / { split($5, id, "/"); shown = id[2] !~ "^(" substr(known, 2) ")$"; failed += shown; left_out += !shown }
        shown
        END { print passed " of " passed + left_out + failed " in the library suite, " left_out + 0 " known"; exit failed > 0 }
        ' "ci/qemu-$1.txt" "$tap"
}

run_valgrind() {
    local program
    for program in build/dev/common/common-test build/dev/lib/tests/lib-*-test \
        build/dev/conformance/tests/runner-outcome-test; do
        case $program in
        *lib-capability-test | *lib-create-test) continue ;; # valgrind answers for the kernel there
        *lib-failure-test) continue ;;                       # it counts maps, and valgrind makes some of its own
        esac
        # It runs one thread at a time: without taking turns one that waits might do so for ever.
        valgrind --quiet --error-exitcode=1 --leak-check=full --fair-sched=yes "$program" || return 1
    done
    # Its search for leaks would go on in the cases, and there through memory that only the runner has: that is
    # left to AddressSanitizer.
    valgrind --quiet --error-exitcode=1 --leak-check=no --trace-children=no \
        build/dev/bin/mapwise-check --case 'fault.eof.*' --timeout-scale 10 --no-results build/dev
}

# Two processes at a time run everything again and again, each a load to the other, beside one that only keeps a
# processor busy: the verdicts of all runs must be the same ones.
repeat_under_load() {
    local each=$(($1 / 2)) result=0 folder process
    local -a runs=()
    folder=$(mktemp -d "$PWD/build/repeat-XXXXXX") || return
    repeated=$folder
    sh -c 'while :; do :; done' &
    load=($!)
    for process in 1 2; do
        mkdir "$folder/$process"
        build/release/bin/mapwise-check --jobs 2 --repeat "$each" --no-results "$folder/$process" >"$folder/$process.txt" &
        runs+=($!)
    done
    load+=("${runs[@]}")
    for process in "${runs[@]}"; do
        wait "$process" || result=1
    done
    kill "${load[0]}"
    wait "${load[0]}" 2>/dev/null || true
    load=()
    # Each may have a deviation of its own, and then answer it every time.
    diff <(grep -E '^[A-Z]+ ' "$folder/1.txt" | sed "s|$folder/1|DIR|g") <(grep -E '^[A-Z]+ ' "$folder/2.txt" | sed "s|$folder/2|DIR|g") || result=1
    if [ $result -eq 0 ]; then
        tail -n 1 "$folder"/?.txt
    else
        grep -vE '^round|^UNSUPPORTED|^XFAIL' "$folder"/?.txt
    fi
    rm -rf "$folder"
    return $result
}

# As a user without rights, from a folder that it may write; only root can become one.
check_unprivileged() {
    local folder result=0
    folder=$(mktemp -d)
    chmod 777 "$folder"
    cp build/static/bin/mapwise-check "$folder"
    (cd "$folder" && { [ "$(id -u)" -ne 0 ] || set -- setpriv --reuid 65534 --regid 65534 --clear-groups; "$@" ./mapwise-check --no-results .; }) ||
        result=$?
    rm -rf "$folder"
    return $result
}

# Cases that take loop devices, swap and huge pages for a moment; only root may.
check_invasive() {
    if [ "$(id -u)" -ne 0 ]; then
        echo "devices, swap and the pool of huge pages need root"
        return 77
    fi
    build/release/bin/mapwise-check --invasive --no-results build/release
}

# A Debian with nothing but git, made by debootstrap.
bare_debian() {
    if [ "$(id -u)" -ne 0 ]; then
        echo "debootstrap needs root"
        return 77
    fi
    bash ci/bare-debian
}
