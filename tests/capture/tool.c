/* The one program of the images that have nothing else. Built statically with glibc and dynamically with musl. */
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
    const char *word = argc > 1 ? argv[1] : "wait";
    if (!strcmp(word, "wait")) { /* the main process of a container */
        sleep(600);
        return 0;
    }
    if (!strcmp(word, "read") && argc > 2) { /* a child executes itself, to have an execve in the middle */
        if (!fork()) {
            execl(argv[0], argv[0], "open", argv[2], (char *)0);
            _exit(127);
        }
        int status;
        wait(&status);
        return WEXITSTATUS(status);
    }
    if (!strcmp(word, "open") && argc > 2) {
        int fd = open(argv[2], O_RDONLY);
        if (fd < 0) return 1;
        close(fd);
        return 0;
    }
    if (!strcmp(word, "many")) { /* 10,000 times openat and close */
        for (int turn = 0; turn < 10000; turn++) {
            int fd = open("/etc/many", O_RDONLY);
            if (fd < 0) return 1;
            close(fd);
        }
        return 0;
    }
    if (!strcmp(word, "entry") && argc > 2) { /* an entrypoint that forks, then becomes its arguments */
        if (!fork()) {
            close(open("/etc/entry", O_RDONLY));
            _exit(0);
        }
        wait((int *)0);
        execv(argv[2], argv + 2);
        return 127;
    }
    return 2;
}
