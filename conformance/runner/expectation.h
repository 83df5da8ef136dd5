/* What a platform is known to do differently. The promise stands in the case; this is data beside it, and
 * strict both ways: a deviation other than the expected one is a FAIL, and a case that passes although it is
 * expected to deviate is an XPASS.
 *
 * The data are the files conformance/expectations/SYSTEM.tsv, part of the program, and before them the file
 * that --expect names. A line has seven columns, separated by tabs; # begins a comment:
 *
 *     case       the id
 *     where      conditions, separated by blanks, all of which hold (where.h); - for none
 *     observed   what the steps that deviate observe, joined by "; ", of a step that only records also what
 *                it observes; where several answers are known to come and go: joined by " || ", and the word
 *                "promised" among them where what is promised is one of them
 *     class      permitted (the specification leaves the choice), quirk (known, and here to stay), bug
 *     status     measured, or predicted: nobody has run the case there yet
 *     reason     half a sentence
 *     reference  an address, or - */
#ifndef MAPWISE_CONFORMANCE_EXPECTATION_H
#define MAPWISE_CONFORMANCE_EXPECTATION_H

#include "execute.h"

#include <stdio.h>

struct expectation {
    const char *test, *where, *observed, *class, *status, *reason, *reference;
    const char *file; /* where it stands: its name, and the line */
    int line;
    const struct expectation *next; /* of the same file */
};

/* Takes in the text of the file `name`. With `any_system` it holds here whatever its name says, else on the
 * system that it is named after, "any.tsv" everywhere. What was read first is looked at first. False after
 * one line on standard error if the text is not what it should be. */
bool expectations_read(const char *name, const char *text, bool any_system);

/* The same for a file of the file system; its expectations come first of all. */
bool expectations_read_file(const char *path);

/* Says on standard error which lines of the file `name` are about cases that this program does not have. */
void expectations_note_unknown(const char *name);

/* All those of the file `name` that was read, in its order; NULL for none. */
const struct expectation *expectations_of(const char *name);

/* The expectation for an attempt on this system, or NULL. */
const struct expectation *expectation_find(const struct attempt *attempt);

/* Turns FAIL into XFAIL, and PASS into XPASS, where the expectation says so; a case of which some steps only
 * record passes if what they recorded is expected, and is NEW if nothing is. */
void expectation_apply(const struct expectation *expectation, struct outcome *outcome);

/* Whether what was observed, or "promised", is one of the alternatives of a column `observed`. */
bool expectation_allows(const char *alternatives, const char *observed);

/* Room for what expectation_describe says; what is longer is cut off there. */
enum { SEEN_MAX = 320 };

/* What the column `observed` would be for what was seen: "" if everything is as promised. */
void expectation_describe(const struct outcome *outcome, char *text, size_t capacity);

#endif
