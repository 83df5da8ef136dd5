/* Learning that a thread ends, or is alone in a child of fork. */
#include "os.h"

#include "fail.h"
#include "thread.h"

#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static int key_failure;

static void forget(void *thread)
{
    mw__thread_detach(thread);
}

static void make_key(void)
{
    key_failure = pthread_key_create(&key, forget);
    if (key_failure == 0)
        key_failure = pthread_atfork(NULL, NULL, mw__thread_survive);
}

int mw__os_thread_watch(mw__thread *thread)
{
    int failure = pthread_once(&once, make_key);

    if (failure == 0)
        failure = key_failure != 0 ? key_failure : pthread_setspecific(key, thread);
    return failure == 0 ? MW_OK : mw_error_from_os(failure);
}
