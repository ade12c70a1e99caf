#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Prepares ./configure.  With a word it does all the set-up as well:
#
#   ./autogen.sh         what it does everywhere: makes ./configure
#   ./autogen.sh demo    installs what the build needs, builds, runs the demo
#   ./autogen.sh check   installs what the tests need too, runs make check
#
# Packages are installed with the system's package manager, with sudo only if
# needed, and not at all when everything is there.  CONFIGURE_FLAGS are handed
# to ./configure.
set -e
cd "$(dirname "$0")"

say() {
	printf '\n== %s\n' "$*" >&2
}

# Run as root.
as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	elif command -v doas >/dev/null; then
		doas "$@"
	else
		echo "autogen.sh: needs root to run: $*" >&2
		exit 77
	fi
}

# The packages that are not installed, of those named.
missing_debs() {
	for p in "$@"; do
		dpkg-query -W -f='${Status}\n' "$p" 2>/dev/null |
			grep -q '^install ok installed$' || echo "$p"
	done
}

install_apt() {
	build="build-essential autoconf automake pkg-config gettext
		libncurses-dev libssl-dev libpcre2-dev libsqlite3-dev
		libunistring-dev libidn2-dev"
	check="libcmocka-dev libvterm-dev python3 tmux dovecot-pop3d postfix git-email
		openssl clang-format-14 git ca-certificates procps
		strace faketime mutt iproute2 hunspell hunspell-en-us
		aspell aspell-en"
	list=$build
	[ "$1" = check ] && list="$build $check"
	# shellcheck disable=SC2086
	list=$(missing_debs $list)
	[ -n "$list" ] || return 0
	say "installing" $list
	as_root apt-get update -q
	# shellcheck disable=SC2086
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q \
		--no-install-recommends $list
}

install_dnf() {
	list="gcc make autoconf automake pkgconf gettext ncurses-devel
		openssl-devel pcre2-devel sqlite-devel libunistring-devel
		libidn2-devel"
	[ "$1" = check ] && list="$list libcmocka-devel libvterm-devel python3
		tmux dovecot postfix openssl git strace libfaketime mutt
		hunspell hunspell-en-US aspell aspell-en"
	# shellcheck disable=SC2086
	rpm -q $list >/dev/null 2>&1 || as_root dnf install -y $list
}

install_pacman() {
	list="base-devel gettext ncurses openssl pcre2 sqlite libunistring
		libidn2"
	[ "$1" = check ] && list="$list cmocka libvterm python tmux dovecot
		postfix git strace libfaketime mutt hunspell hunspell-en_us
		aspell aspell-en"
	# shellcheck disable=SC2086
	as_root pacman -S --needed --noconfirm $list
}

install_apk() {
	list="build-base autoconf automake pkgconf gettext-dev ncurses-dev
		openssl-dev pcre2-dev sqlite-dev libunistring-dev
		libidn2-dev"
	[ "$1" = check ] && list="$list cmocka-dev libvterm-dev python3 tmux
		dovecot dovecot-pop3d postfix openssl git strace libfaketime
		mutt hunspell hunspell-en aspell aspell-en"
	# shellcheck disable=SC2086
	as_root apk add $list
}

install_brew() {
	list="autoconf automake pkg-config gettext ncurses openssl@3 pcre2
		sqlite libunistring libidn2"
	[ "$1" = check ] && list="$list cmocka libvterm python tmux dovecot"
	# shellcheck disable=SC2086
	brew install -q $list
}

install_packages() {
	for manager in apt-get:apt dnf:dnf pacman:pacman apk:apk brew:brew; do
		if command -v "${manager%%:*}" >/dev/null; then
			"install_${manager##*:}" "$1"
			return
		fi
	done
	echo "autogen.sh: no package manager that I know; going on with what" \
		"is here" >&2
}

prepare() {
	for tool in autoreconf automake aclocal; do
		command -v "$tool" >/dev/null || {
			echo "autogen.sh: $tool is missing: install autoconf" \
				"and automake, or run ./autogen.sh demo" >&2
			exit 1
		}
	done
	mkdir -p m4 build-aux
	autoreconf --install --force --warnings=all
}

build() {
	say "configuring"
	# shellcheck disable=SC2086
	./configure --quiet $CONFIGURE_FLAGS
	say "building"
	make -s -j"$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)"
}

case ${1-} in
'')
	prepare
	;;
demo)
	install_packages build
	prepare
	build
	shift
	say "pabal demo"
	exec ./pabal demo "$@"
	;;
check)
	install_packages check
	prepare
	build
	say "make check"
	make -s -j"$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)" check ||
		status=$?
	make -s summary || status=${status:-1}
	exit "${status:-0}"
	;;
*)
	echo "usage: ./autogen.sh [demo|check]" >&2
	exit 64
	;;
esac
