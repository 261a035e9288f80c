# Runs a migration: what `python3` is given by the process that the database talks to (`mod.rs`).
#
# It gets the function with its limits, says whether it can be run, and then answers chunks of rows until
# its input ends. It ends by itself only when a row has taken all memory: a new process goes on behind
# that row. What is called `DEFINITION` is there already (`bootstrap.py`).

import __future__

import codecs
import dataclasses
import datetime
import decimal
import enum
import importlib
import importlib.abc
import importlib.machinery
import json
import keyword
import math
import os
import random
import re
import signal
import struct
import sys
import time
import types
import typing
import uuid

# Imported late by functions of the standard library.
import _strptime
import encodings.idna
import unicodedata

try:
    import resource
except ImportError:
    resource = None

FUNCTION = DEFINITION["function"]
PROGRAM = json.loads(FUNCTION["code"])
TIME, MEMORY = DEFINITION["time"], DEFINITION["memory"]
# Answers of so many bytes are sent on, and answers that are this old, in seconds.
PIECE, PIECE_AGE = 256 * 1024, 0.2
# When so many rows of a chunk have taken too long, the others have this part of the time (`../worker.rs`).
PATIENCE, HASTE = 10, 20
# How long the processor may be busy with code that cannot be interrupted before the system ends it, in seconds.
LAST_RESORT = 60
# The first and last millisecond that the database can hold: the years 1900 to 2299.
FIRST, LAST = -2_208_988_800_000, 10_413_791_999_999
MAX_ROW = 64 * 1024 * 1024
TOO_MUCH = "the migration needed more than %d MB of memory" % (MEMORY // 1024 // 1024)


class TookLonger(BaseException):
    """The time of the row is up. Not an `Exception`: most code does not catch it."""


class Misfit(Exception):
    """What was returned is not a row of the target."""


