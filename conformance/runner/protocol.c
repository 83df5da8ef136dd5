#include "protocol.h"

#include <stdio.h>
#include <unistd.h>

int message_descriptor = -1;

void send_message(enum message_kind kind, int line, const char *first, const char *second)
{
    struct message message = {.magic = MESSAGE_MAGIC, .kind = (uint32_t)kind, .line = line};

    snprintf(message.first, sizeof message.first, "%s", first ? first : "");
    snprintf(message.second, sizeof message.second, "%s", second ? second : "");
    if (write(message_descriptor, &message, sizeof message) != (ssize_t)sizeof message)
        _exit(127); /* the runner is gone, or the case closed its pipe: nobody would hear more */
}
