"""A stand-in for ffmpeg, so that speech needs nothing that is not installed.

Home Assistant turns what is synthesised into MP3 with ffmpeg. How that sounds is not
ours to test, but that it arrives is: the stand-in hands the audio on as it comes.
"""

import json
from pathlib import Path

_SCRIPT = """\
#!/bin/sh
case "$*" in
*-version*) echo "ffmpeg version 7.1" ;;
*) exec cat ;;
esac
"""


def stand_in(folder: Path) -> str:
    """Put the stand-in in a folder; return the YAML that makes Home Assistant use it."""
    script = folder / "ffmpeg"
    script.write_text(_SCRIPT, "utf-8")
    script.chmod(0o755)
    # A JSON string is a YAML string, whatever the path has in it.
    return f"\nffmpeg:\n  ffmpeg_bin: {json.dumps(str(script))}\n"
