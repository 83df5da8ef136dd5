/* What the process of a case tells the runner, through a pipe: messages of one fixed size, each written
 * at once, so that a case that dies in mid-act has still told everything up to it. */
#ifndef MAPWISE_CONFORMANCE_PROTOCOL_H
#define MAPWISE_CONFORMANCE_PROTOCOL_H

#include <stdint.h>

enum message_kind {
    MESSAGE_STEP,        /* line, first: the act, second: what is expected */
    MESSAGE_OBSERVED,    /* first: what was observed in the latest step */
    MESSAGE_UNSUPPORTED, /* first: the reason */
    MESSAGE_ERROR,       /* first: the reason */
    MESSAGE_DONE,        /* the case ran to its end */
};

#define MESSAGE_MAGIC UINT32_C(0x6d617077)

struct message {
    uint32_t magic;
    uint32_t kind;
    int32_t line;
    char first[200];
    char second[200];
};

/* In the process of a case: where messages go. Failing to send ends the process. */
extern int message_descriptor;
void send_message(enum message_kind kind, int line, const char *first, const char *second);

#endif
