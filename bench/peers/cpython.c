/* CPython's mmap objects, used from C: no code of Python runs while it is timed, and the file is opened by
 * the system's call. What is left is what mmap.mmap, its buffer, its find and its close do. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "peer.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static PyObject *mmap_type, *whole, *prot_read, *prot_keyword, *private_memory, *close_name, *find_name;
static PyObject *memory;
static Py_buffer memory_bytes;

/* Apart from the user's environment, and without signal handlers. */
static const char *start_interpreter(void)
{
    PyConfig config;

    if (Py_IsInitialized())
        return NULL;
    PyConfig_InitIsolatedConfig(&config);
    config.site_import = 0;
    config.pathconfig_warnings = 0;
    const PyStatus status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    if (!PyStatus_Exception(status))
        return NULL;
    return status.err_msg ? status.err_msg : "CPython could not be started";
}

/* What each call needs again and again is made once. */
static const char *start(void)
{
    const char *reason = start_interpreter();

    if (reason || mmap_type)
        return reason;
    PyObject *module = PyImport_ImportModule("mmap");
    whole = PyLong_FromLong(0);
    prot_read = PyLong_FromLong(PROT_READ);
    prot_keyword = Py_BuildValue("(s)", "prot");
    private_memory = PyLong_FromLong(MAP_PRIVATE | MAP_ANONYMOUS);
    close_name = PyUnicode_InternFromString("close");
    find_name = PyUnicode_InternFromString("find");
    if (module && whole && prot_read && prot_keyword && private_memory && close_name && find_name)
        mmap_type = PyObject_GetAttrString(module, "mmap");
    Py_XDECREF(module);
    PyErr_Clear();
    return mmap_type ? NULL : "CPython has no module mmap here";
}

static bool close_map(PyObject *map)
{
    PyObject *none = PyObject_CallMethodNoArgs(map, close_name);

    Py_XDECREF(none);
    Py_DECREF(map);
    PyErr_Clear();
    return none;
}

/* mmap.mmap(fd, 0, prot=mmap.PROT_READ) */
static PyObject *map_file(int fd)
{
    PyObject *number = PyLong_FromLong(fd);
    PyObject *map = NULL;

    if (number)
        map = PyObject_Vectorcall(mmap_type, (PyObject *[]){number, whole, prot_read}, 2, prot_keyword);
    Py_XDECREF(number);
    return map;
}

static bool touch(PyObject *map)
{
    Py_buffer bytes;

    if (PyObject_GetBuffer(map, &bytes, PyBUF_SIMPLE) != 0)
        return false;
    peer_touch(bytes.buf, (size_t)bytes.len);
    PyBuffer_Release(&bytes);
    return true;
}

static bool map_touch_unmap(const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return false;
    PyObject *map = map_file(fd);
    const bool touched = map && touch(map);
    const bool closed = map && close_map(map);
    close(fd);
    PyErr_Clear();
    return touched && closed;
}

/* mmap.mmap(-1, bytes, flags) */
static void *map_memory(size_t bytes)
{
    memory = PyObject_CallFunction(mmap_type, "inO", -1, (Py_ssize_t)bytes, private_memory);
    if (memory && PyObject_GetBuffer(memory, &memory_bytes, PyBUF_WRITABLE) == 0)
        return memory_bytes.buf;
    Py_CLEAR(memory);
    PyErr_Clear();
    return NULL;
}

static void unmap_memory(void)
{
    PyBuffer_Release(&memory_bytes);
    close_map(memory);
}

static size_t find(const void *needle, size_t n)
{
    PyObject *bytes = PyBytes_FromStringAndSize(needle, (Py_ssize_t)n);
    PyObject *number = bytes ? PyObject_CallMethodOneArg(memory, find_name, bytes) : NULL;
    const Py_ssize_t position = number ? PyLong_AsSsize_t(number) : -2;

    Py_XDECREF(bytes);
    Py_XDECREF(number);
    PyErr_Clear();
    return position >= 0 ? (size_t)position : position == -1 ? PEER_ABSENT : PEER_FAILED;
}

static const struct peer_search search = {map_memory, find, unmap_memory};
static const struct peer cpython = {
    .name = "cpython", .start = start, .map_touch_unmap = map_touch_unmap, .search = &search};

PEER(cpython)
