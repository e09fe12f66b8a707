"""Read from a server's refusal whether it is about a parameter."""

import re


def names_parameter(words: str, name: str) -> bool:
    """Return whether a message names a parameter.

    A name that is also an ordinary word, such as `stop` or `user`, has to be quoted, or
    to stand where a message puts a name.
    """
    escaped = re.escape(name)
    if not name.isalpha() or not name.islower():
        return re.search(rf"(?<![\w-]){escaped}(?![\w-])", words) is not None
    return (
        re.search(
            rf"['\"`\[(]{escaped}['\"`\])]|\bbody[.\]'\" >-]+{escaped}\b"
            rf"|(^|\s){escaped}[:=]|(^|\n|: ){escaped}($|[,.])"
            rf"|(^|\n|: |\w_\w+ ){escaped} (is|does|must|should|cannot)\b"
            rf"|\b(parameter|argument|field|option|key|property|setting)s?:? {escaped}\b"
            rf"|\b{escaped} (parameter|argument|field|option|setting)\b",
            words.strip(),
        )
        is not None
    )
