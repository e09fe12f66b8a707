"""A stand-in for ffmpeg, so that text to speech does not need it installed.

Home Assistant converts synthesized audio to MP3 with ffmpeg. The stand-in copies its
input to its output, which is enough to test that the audio arrives.
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


def stand_in(directory: Path) -> str:
    """Write the stand-in to a directory; return the YAML that configures it."""
    script = directory / "ffmpeg"
    script.write_text(_SCRIPT, "utf-8")
    script.chmod(0o755)
    # A JSON string is a valid YAML string, whatever characters the path has.
    return f"\nffmpeg:\n  ffmpeg_bin: {json.dumps(str(script))}\n"
