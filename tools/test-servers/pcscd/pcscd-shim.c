/*
 * Loaded into a test's pcscd before its libraries (LD_PRELOAD):
 * - bind() to all addresses becomes bind() to loopback: the driver for virtual cards would listen to the whole network;
 * - accept() turns Nagle's algorithm off: the driver sends length and body apart, at 40 ms per command;
 * - sleeps end after PCSCD_POLL_MS: pcscd looks for cards each 400 ms only;
 * - after a card left, accept() lets none in for the next two looks: the driver would take the next card within the same
 *   look, and pcscd would never see that they were two.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { most_files = 4096, looks_without_card = 2 };
/* Of each connection, the socket that accepted it; of each such socket, how many looks have yet to find no card. */
static int accepted_by[most_files];
static atomic_int looks_left[most_files];

static long poll_ms(void) {
  const char *setting = getenv("PCSCD_POLL_MS");
  return setting == NULL ? 0 : atol(setting);
}

int bind(int fd, const struct sockaddr *address, socklen_t length) {
  int (*real)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "bind");
  struct sockaddr_in loopback;
  if (address == NULL || address->sa_family != AF_INET || length < sizeof loopback)
    return real(fd, address, length);
  memcpy(&loopback, address, sizeof loopback);
  if (loopback.sin_addr.s_addr == htonl(INADDR_ANY)) loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return real(fd, (struct sockaddr *)&loopback, sizeof loopback);
}

int accept(int fd, struct sockaddr *address, socklen_t *length) {
  int (*real)(int, struct sockaddr *, socklen_t *) = dlsym(RTLD_NEXT, "accept");
  int on = 1;
  int connection;
  if (fd >= 0 && fd < most_files && looks_left[fd] > 0) {
    looks_left[fd] -= 1;
    errno = EAGAIN;
    return -1;
  }
  connection = real(fd, address, length);
  if (connection < 0) return connection;
  setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connection < most_files) accepted_by[connection] = fd;
  return connection;
}

int close(int fd) {
  int (*real)(int) = dlsym(RTLD_NEXT, "close");
  if (fd >= 0 && fd < most_files && accepted_by[fd] != 0) {
    looks_left[accepted_by[fd]] = looks_without_card;
    accepted_by[fd] = 0;
  }
  return real(fd);
}

int nanosleep(const struct timespec *wanted, struct timespec *rest) {
  int (*real)(const struct timespec *, struct timespec *) = dlsym(RTLD_NEXT, "nanosleep");
  long most = poll_ms();
  struct timespec capped = {most / 1000, (most % 1000) * 1000000L};
  int longer = wanted->tv_sec > capped.tv_sec ||
               (wanted->tv_sec == capped.tv_sec && wanted->tv_nsec > capped.tv_nsec);
  return real(most > 0 && longer ? &capped : wanted, rest);
}
