/* A disk whose every sync takes longer: preloaded by apps/slow_disk.py. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

static void pause_2_ms(void) {
    struct timespec two_ms = {0, 2000000};
    nanosleep(&two_ms, 0);
}

int fsync(int fd) {
    static int (*real)(int);
    if (!real) real = dlsym(RTLD_NEXT, "fsync");
    pause_2_ms();
    return real(fd);
}

int fdatasync(int fd) {
    static int (*real)(int);
    if (!real) real = dlsym(RTLD_NEXT, "fdatasync");
    pause_2_ms();
    return real(fd);
}
