"""A stand-in for ffmpeg, so that text to speech does not need it installed.

Home Assistant converts synthesized audio with ffmpeg, and reads that of an announcement
with it. The stand-in copies its input to its output, which is enough to test that the
audio arrives.
"""

import json
from pathlib import Path
import shlex
import sys

_SCRIPT = """\
#!/bin/sh
case "$*" in
*-version*) echo "ffmpeg version 7.1" ;;
*) exec {python} -IS {copy} "$@" ;;
esac
"""

_COPY = """\
import os, sys, urllib.request

arguments = sys.argv[1:]
source = arguments[arguments.index("-i") + 1]
output = arguments[len(arguments) - arguments[::-1].index("-f")]
audio = urllib.request.urlopen(source) if "://" in source else None
read = (lambda: audio.read1(4096)) if audio else (lambda: os.read(0, 4096))
first = read()
if output == "wav":
    # Like ffmpeg, which does not know the length of what it writes to a pipe.
    unknown = bytes([255] * 4)
    first = first[:4] + unknown + first[8:40] + unknown + first[44:]
while first:
    os.write(1, first)
    first = read()
"""


def stand_in(directory: Path) -> str:
    """Write the stand-in to a directory; return the YAML that configures it."""
    script, copy = directory / "ffmpeg", directory / "copy.py"
    copy.write_text(_COPY, "utf-8")
    python = shlex.quote(sys.executable)
    script.write_text(
        _SCRIPT.format(python=python, copy=shlex.quote(str(copy))), "utf-8"
    )
    script.chmod(0o755)
    # A JSON string is a valid YAML string, whatever characters the path has.
    return f"\nffmpeg:\n  ffmpeg_bin: {json.dumps(str(script))}\n"
