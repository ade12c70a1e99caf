#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What is fetched is on the disk before the server is told to delete it.
. "${srcdir:-.}/tests/crash/lib.sh"
python3 "$crash/order.py" --self && exec python3 "$crash/order.py" --run
