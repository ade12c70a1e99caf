#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Prepares ./configure; with "demo" or "check" does all the set-up as well.
set -e
cd "$(dirname "$0")"
mkdir -p m4 build-aux
autoreconf --install --force --warnings=all
