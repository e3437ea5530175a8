#!/bin/sh
# Runs a program as the containers of istio/services run: as nobody in particular without any right, from files that it cannot write,
# with a /tmp of its own. Wants a mount namespace of its own: unshare --mount sh as-a-pod.sh <folder> <folder of node> <program> [argument…]
# <folder> comes to /srv; it has app (the image's files), scratch (becomes /tmp) and node (empty, for <folder of node>).
set -e
mount --make-rprivate /
mount --bind "$1" /srv
mount --bind "$2" /srv/node
mount --bind /srv/scratch /tmp
mount -o remount,bind,ro /srv
mount -o remount,bind,ro /srv/node
mount -o remount,bind,ro /
shift 2
cd /srv/app
exec setpriv --reuid 65532 --regid 65532 --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all -- "$@"
