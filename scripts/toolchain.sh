# Sourced by ./seamtape and ./verify: finds a JDK 17 or newer and Maven, or installs them, or says how.

say() { printf 'seamtape: %s\n' "$*" >&2; }

java_major() { # path of a java -> 17, 25, …; nothing when it does not run
  "$1" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1
}

install_package() { # package, what for
  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then root=(sudo -n); else return 1; fi
  fi
  command -v apt-get >/dev/null || return 1
  say "installing $1 ($2)"
  # Without a network this must end soon, as some packages can be done without.
  local apt=("${root[@]}" apt-get -o Acquire::Retries=0 -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20)
  { "${apt[@]}" install -y --no-install-recommends "$1" ||
    { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "$1"; }; } >/dev/null 2>&1
}

find_java() {
  local candidate
  for candidate in ${JAVA_HOME:+"$JAVA_HOME/bin/java"} "$(command -v java || true)" /usr/lib/jvm/*/bin/java; do
    [ -x "$candidate" ] || continue
    [ -x "$(dirname "$candidate")/javac" ] || [ -x "$(dirname "$(readlink -f "$candidate")")/javac" ] || continue
    if [ "$(java_major "$candidate")" -ge 17 ] 2>/dev/null; then
      printf '%s\n' "$candidate"
      return 0
    fi
  done
  return 1
}

need_java() {
  JAVA=$(find_java) || {
    install_package openjdk-17-jdk-headless "the Java that Seamtape runs on" || true
    JAVA=$(find_java) || {
      say "needs a JDK 17 or newer: sudo apt-get install openjdk-17-jdk-headless"
      exit 2
    }
  }
}

need_maven() {
  command -v mvn >/dev/null || install_package maven "builds Seamtape" || true
  command -v mvn >/dev/null || {
    say "needs Maven: sudo apt-get install maven"
    exit 2
  }
  JAVA_HOME=$(dirname "$(dirname "$(readlink -f "$JAVA")")")
  export JAVA_HOME
}

# Flags that only newer JDKs know: quiet about what Chronicle does on purpose.
newer_java_flags() {
  if [ "$(java_major "$JAVA")" -ge 24 ]; then
    printf '%s\n' --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow
  fi
}
