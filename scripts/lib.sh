# shellcheck shell=bash
# What the scripts share. Sourced, never run.

# Small and quick to start; the data path allocates little. What runs less often than packets do is not compiled thoroughly,
# which would cost a start a fifth of its time and a node a tenth of its memory; and what packets run through is compiled in
# pieces, which takes half the time of compiling it as a whole, again and again. The keys in its memory get into no file, and
# nobody attaches.
# shellcheck disable=SC2034
PEERVPN_JAVA_OPTIONS=(-XX:+UseSerialGC -Xms16m -Xmn5m -Xmx192m -XX:MaxDirectMemorySize=256m
  -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=20 -XX:-ShrinkHeapInSteps
  -XX:Tier4InvocationThreshold=20000 -XX:Tier4MinInvocationThreshold=5000 -XX:Tier4CompileThreshold=30000
  -XX:Tier4BackEdgeThreshold=160000 -XX:FreqInlineSize=120
  -XX:-CreateCoredumpOnCrash -XX:ErrorFile=/dev/null -XX:+DisableAttachMechanism -XX:-UsePerfData)

die() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

# java_homes: every JDK or JRE of version 17 or later, one line "VERSION HOME" each, newest first.
java_homes() {
  local home version
  for home in ${JAVA_HOME:+"$JAVA_HOME"} /usr/lib/jvm/* "$HOME"/.sdkman/candidates/java/*; do
    [[ -x $home/bin/java && -f $home/release ]] || continue
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release")
    [[ $version =~ ^[0-9]+$ ]] && ((version >= 17)) && echo "$version $(readlink -f "$home")"
  done | sort -rn -u
}

# newest_java: the program java of the newest one, or of PEERVPN_JAVA_HOME if that is set.
newest_java() {
  local home=${PEERVPN_JAVA_HOME:-}
  [[ ! $home || -x $home/bin/java ]] || die "PEERVPN_JAVA_HOME: no program $home/bin/java"
  [[ $home ]] && { echo "$home/bin/java"; return; }
  home=$(java_homes | head -n 1 | cut -d' ' -f2-)
  [[ $home ]] && { echo "$home/bin/java"; return; }
  command -v java || die "no Java 17 or later; install it with: apt-get install default-jdk-headless"
}

# jdk VERSION: the home of a JDK (with a compiler) of exactly this version; fails if there is none.
jdk() {
  local version home
  while read -r version home; do
    [[ $version == "$1" && -x $home/bin/javac ]] && { echo "$home"; return; }
  done < <(java_homes)
  return 1
}

# build_jdk: the JDK that compiles: 17 if there is one, else the oldest later one.
build_jdk() {
  local home
  home=$(jdk 17) || home=$(java_homes | sort -n | while read -r _ h; do [[ -x $h/bin/javac ]] && echo "$h"; done | head -n 1)
  [[ $home ]] || die "no JDK; install one with: apt-get install default-jdk-headless"
  echo "$home"
}

# as_owner ROOT COMMAND...: as the user who owns the checkout, so that sudo leaves no files of root behind.
as_owner() {
  local root=$1 owner
  shift
  owner=$(stat -c %U "$root")
  if [[ $EUID -eq 0 && $owner != root && $owner != UNKNOWN ]]; then
    runuser -u "$owner" -- env HOME="$(getent passwd "$owner" | cut -d: -f6)" "$@"
  else
    "$@"
  fi
}

# missing_packages ROOT: what is needed and not there: a JDK, Maven, and what test-nat/packages.txt lists.
missing_packages() {
  local package
  [[ $(java_homes | while read -r _ home; do [[ -x $home/bin/javac ]] && echo "$home"; done) ]] || echo default-jdk-headless
  command -v mvn > /dev/null || echo maven
  grep -v '^#' "$1/test-nat/packages.txt" | while read -r package; do
    [[ -z $package ]] || dpkg-query -W -f '${Status}' "$package" 2> /dev/null | grep -q 'install ok installed' || echo "$package"
  done
}

# install_packages ROOT: installs them (Debian and its like), without starting the services that some of them bring.
install_packages() {
  local missing policy=/usr/sbin/policy-rc.d
  mapfile -t missing < <(missing_packages "$1")
  ((${#missing[@]})) || return 0
  command -v apt-get > /dev/null || die "these programs are missing (by their Debian packages): ${missing[*]}"
  echo "== Installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod +x "$policy"
    # shellcheck disable=SC2064
    trap "rm -f $policy" EXIT
  fi
  apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null \
    || die "the packages cannot be installed: ${missing[*]}"
  [[ $(cat "$policy") != $'#!/bin/sh\nexit 101' ]] || rm -f "$policy"
  trap - EXIT
}

# build_if_needed ROOT [MODULE]: packages the module (cli, or test-nat with cli) and what it needs unless the last package is
# newer than every source.
build_if_needed() {
  local root=$1 module=${2:-cli} lock
  ! is_built "$root" "$module" || return 0
  command -v mvn > /dev/null || die "Maven is missing; install it with: apt-get install maven"
  as_owner "$root" touch "$root/.build.lock"
  exec {lock}< "$root/.build.lock"
  flock "$lock"
  # Another call may have done it meanwhile.
  is_built "$root" "$module" || build "$root" "$module"
  exec {lock}>&-
}

# build ROOT MODULE: a program that is built already is kept, and what Java has learned of it.
build() {
  local root=$1 module=$2 options=()
  echo "Building peervpn (once)..."
  ! is_built "$root" cli || options=(-DkeepProgram=true)
  as_owner "$root" mkdir -p "$root"/{cli,"$module"}/target
  (cd "$root" && as_owner "$root" env JAVA_HOME="$(build_jdk)" \
    mvn -q -B -ntp --color=never -pl "$module" -am -DskipTests "${options[@]}" package) || die "the build failed"
  if ((${#options[@]} == 0)); then
    archive_classes "$root"
    as_owner "$root" touch "$root/cli/target/built"
  fi
  as_owner "$root" touch "$root/$module/target/built"
}

# is_built ROOT MODULE: whether the module and the program are there, and no source is newer than the module.
is_built() {
  local root=$1 module=$2
  [[ -f $root/cli/target/built && -f $root/$module/target/built ]] \
    && ! find "$root"/pom.xml "$root"/{tunnel,nat,routing,node,cli,"$module"}/{pom.xml,src/main} \
      -newer "$root/$module/target/built" -print -quit 2> /dev/null | grep -q .
}

# archive_classes ROOT: keeps peervpn's classes as the newest Java wants them in memory, which halves the time to start, and
# what that Java has learned of a node at work. Without these all is as before.
archive_classes() {
  as_owner "$1" bash -c '. "$1/scripts/lib.sh" && make_archives "$1" "$2"' bash "$1" "$(newest_java)" > /dev/null 2>&1 || true
}

# make_archives ROOT JAVA: in a shell of its own.
make_archives() {
  scratch=$(mktemp -d) || return
  trap 'rm -rf "$scratch"' EXIT
  make_class_archive "$@"
  make_node_archive "$@"
}

# make_class_archive ROOT JAVA: the classes are those that some calls need which go a long way without a network, and all of
# our own. Java keeps classes as old as picocli's only if no lambda of that kind is kept, too.
make_class_archive() {
  local root=$1 java=$2
  rm -f "$root"/cli/target/classes-*.jsa
  train() {
    "$java" "${PEERVPN_JAVA_OPTIONS[@]}" -XX:DumpLoadedClassList="$(mktemp "$scratch/list.XXXX")" \
      -jar "$root/cli/target/peervpn.jar" --home="$scratch/home" --stun=none "$@" || true
  }
  train --info
  train --info --json --config="$root/docs/config.example.yaml"
  train --diagnostics
  find "$root"/{tunnel,nat,routing,node,cli}/target/classes/org -name '*.class' -printf 'org/%P\n' | sed 's/\.class$//' \
    > "$scratch/ours"
  awk '!/^#|^@.*picocli/ { sub(/ id: .*/, ""); if (!seen[$0]++) print }' "$scratch"/list.* "$scratch/ours" > "$scratch/classes"
  "$java" "${PEERVPN_JAVA_OPTIONS[@]}" -Xshare:dump -XX:SharedClassListFile="$scratch/classes" \
    -XX:SharedArchiveFile="$(java_archive "$root" "$java" classes.jsa)" -cp "$root/cli/target/peervpn.jar"
}

# make_node_archive ROOT JAVA: from Java 25 on an archive can also say what to compile first, and how: a node with it is at
# full speed some seconds earlier. It lacks what a short call begins with (see above).
make_node_archive() {
  local root=$1 java=$2 jar=$1/cli/target/peervpn.jar archive
  archive=$(java_archive "$root" "$java" node.aot)
  rm -f "$root"/cli/target/node-*.aot
  "$java" "${PEERVPN_JAVA_OPTIONS[@]}" -XX:AOTMode=record -XX:AOTConfiguration="$scratch/learned" -cp "$jar" \
    org.peervpn.cli.Training --info --json --stun=none --home="$scratch/home-of-node"
  "$java" "${PEERVPN_JAVA_OPTIONS[@]}" -XX:AOTMode=create -XX:AOTConfiguration="$scratch/learned" \
    -XX:AOTCache="$archive.new" -cp "$jar" && mv "$archive.new" "$archive" || rm -f "$archive.new"
}

# java_archive ROOT JAVA classes.jsa|node.aot: the file for this Java: one of another is of no use to it.
java_archive() {
  echo "$1/cli/target/${3%.*}-${2//[^a-zA-Z0-9.]/-}.${3#*.}"
}

# java_options ROOT JAVA ARGUMENT...: sets java_options for starting peervpn with these arguments. Java says nothing of an
# archive that has become stale: it would say it on the standard output. What ends by itself is not worth thorough compiling.
java_options() {
  local root=$1 java=$2 archive
  local ends='info|nattest|status|add|remove|admit|invite|check|export|down|repair|diagnostics|version|help'
  java_options=("${PEERVPN_JAVA_OPTIONS[@]}")
  shift 2
  if [[ " $* " == *" --"@($ends)[\ =]* ]]; then
    java_options+=(-XX:TieredStopAtLevel=1)
  else
    archive=$(java_archive "$root" "$java" node.aot)
    if [[ -f $archive ]]; then
      java_options+=(-XX:AOTCache="$archive" -XX:AOTMode=auto -Xlog:disable)
      return
    fi
  fi
  archive=$(java_archive "$root" "$java" classes.jsa)
  [[ ! -f $archive ]] || java_options+=(-XX:SharedArchiveFile="$archive" -Xshare:auto -Xlog:disable)
}

# peervpn_home ARGUMENT...: the home that peervpn would take with these arguments.
peervpn_home() {
  local home='' caller=${SUDO_UID:-}
  while (($#)); do
    case $1 in
      --home=*) home=${1#--home=} ;;
      --home) home=${2:-} ;;
    esac
    shift
  done
  if [[ ! $home && $caller ]]; then
    home=$(getent passwd "$caller" | cut -d: -f6)/.peervpn
  fi
  echo "${home:-$HOME/.peervpn}"
}

# node_user HOME: the ids of user and group that a node runs as which root starts: the owner of its home, or if that is
# not there yet, whoever called sudo.
node_user() {
  local user group
  if [[ -e $1 || -L $1 ]]; then
    read -r user group < <(stat -c '%u %g' -- "$1")
  else
    user=${SUDO_UID:-0} group=${SUDO_GID:-0}
  fi
  [[ $user =~ ^[0-9]+$ && $group =~ ^[0-9]+$ ]] || die "SUDO_UID and SUDO_GID are not those of a user"
  echo "$user $(id -g "$user" 2> /dev/null || echo "$group")"
}

# has_capability NUMBER: whether this process has it; root in a container may not.
has_capability() {
  local name value
  while read -r name value; do
    [[ $name == CapPrm: ]] && { (((16#$value >> $1) & 1)); return; }
  done < /proc/self/status
}

# confine JAVA JAR ARGUMENT...: sets confined, the command under which peervpn has no more privileges than it needs. Root
# becomes the user of the home and keeps the rights to configure the network and to open a port below 1024.
confine() {
  local java=$1 jar=$2 user group name directory capabilities=-all
  shift 2
  command -v setpriv > /dev/null || die "setpriv is missing; install it with: apt-get install util-linux"
  if ((EUID != 0)); then
    confined=(setpriv --no-new-privs)
    return
  fi
  read -r user group < <(node_user "$(peervpn_home "$@")")
  has_capability 10 && capabilities+=,+net_bind_service
  has_capability 12 && capabilities+=,+net_admin
  IFS=: read -r name _ _ _ _ directory _ < <(getent passwd "$user" || echo ::::::)
  confine_to() {
    confined=(env HOME="${directory:-/}" USER="$name" LOGNAME="$name" setpriv --no-new-privs --reuid="$user"
      --regid="$group" "$([[ $name ]] && echo --init-groups || echo --clear-groups)" --bounding-set="$capabilities"
      --inh-caps="$capabilities" --ambient-caps="$capabilities")
  }
  confine_to
  "${confined[@]}" true || die "root cannot give up its privileges here (it takes setuid, setgid and setpcap)"
  # A user's checkout may be closed to root, once that has given away its right to read everything.
  if ((user == 0)) && ! "${confined[@]}" test -r "$jar" -a -x "$java"; then
    capabilities+=,+dac_read_search
    confine_to
  fi
  "${confined[@]}" test -r "$jar" || die "user ${name:-$user} cannot read $jar; put the checkout where that user can"
  "${confined[@]}" test -x "$java" || die "user ${name:-$user} cannot run $java; install Java 17 or later for all users"
  # Open to everybody where udev made it, since it takes the capability to use it; not so in many containers.
  if [[ -e /dev/net/tun ]] && ! "${confined[@]}" test -w /dev/net/tun; then
    capabilities+=,+dac_override
    confine_to
  fi
}

# no_core_dumps: of this process, which would hold keys. One byte, for 0 still lets programs have it that collect dumps.
no_core_dumps() {
  prlimit --core=1:1 --pid $$ 2> /dev/null || ulimit -c 0
}
