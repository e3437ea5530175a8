/*
 * Loaded into a test's pcscd before its libraries (LD_PRELOAD):
 * - bind() to all addresses becomes bind() to loopback: the driver for virtual cards would listen to the whole network;
 * - accept() turns Nagle's algorithm off: the driver sends length and body apart, at 40 ms per command;
 * - sleeps end after PCSCD_POLL_MS: pcscd looks for cards each 400 ms only.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

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
  int connection = real(fd, address, length);
  int on = 1;
  if (connection >= 0) setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return connection;
}

int nanosleep(const struct timespec *wanted, struct timespec *rest) {
  int (*real)(const struct timespec *, struct timespec *) = dlsym(RTLD_NEXT, "nanosleep");
  const char *setting = getenv("PCSCD_POLL_MS");
  long most = setting == NULL ? 0 : atol(setting);
  struct timespec capped = {most / 1000, (most % 1000) * 1000000L};
  int longer = wanted->tv_sec > capped.tv_sec ||
               (wanted->tv_sec == capped.tv_sec && wanted->tv_nsec > capped.tv_nsec);
  return real(most > 0 && longer ? &capped : wanted, rest);
}
