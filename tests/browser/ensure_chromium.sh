#!/bin/sh
# Chromium for the browser tests: Debian's, installed where we may. In CI a missing browser fails; elsewhere a sentence says what to do.
command -v chromium >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Debian's Chromium for the browser tests …"
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1
fi
command -v chromium >/dev/null 2>&1 && exit 0
echo "The browser tests need Chromium: apt-get install chromium"
[ "${CI:-}" = true ] && exit 1
exit 0
