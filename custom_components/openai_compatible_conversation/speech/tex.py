"""TeX's notation of formulas as text.

What speech output knows a sign for is said with that sign: fractions, powers, roots and
operators. Of all else, the words and numbers stay.
"""

import re
from typing import Final

_SYMBOLS: Final = dict(
    pair.split()
    for pair in (
        *("times ×", "cdot ×", "ast ×", "div ÷", "pm ±", "mp ∓", "approx ≈", "sim ~"),
        *("equiv ≡", "neq ≠", "ne ≠", "leq ≤", "le ≤", "geq ≥", "ge ≥", "lt <", "gt >"),
        *("ll ≪", "gg ≫", "propto ∝", "to →", "rightarrow →", "longrightarrow →"),
        *("mapsto →", "Rightarrow ⇒", "implies ⇒", "Longrightarrow ⇒", "leftarrow ←"),
        *("Leftrightarrow ⇔", "iff ⇔", "infty ∞", "sum ∑", "prod ∏", "int ∫"),
        *("partial ∂", "nabla ∇", "in ∈", "cup ∪", "cap ∩", "forall ∀", "exists ∃"),
        *("circ °", "degree °", "ldots …", "dots …", "cdots …"),
        *("alpha α", "beta β", "gamma γ", "delta δ", "epsilon ε", "varepsilon ε"),
        *("zeta ζ", "eta η", "theta θ", "kappa κ", "lambda λ", "mu μ", "nu ν", "xi ξ"),
        *("pi π", "rho ρ", "sigma σ", "tau τ", "phi φ", "varphi φ", "chi χ", "psi ψ"),
        *("omega ω", "Gamma Γ", "Delta Δ", "Theta Θ", "Lambda Λ", "Sigma Σ", "Phi Φ"),
        *("Psi Ψ", "Omega Ω", "Pi Π"),
    )
)
_FUNCTIONS: Final = frozenset(
    {"sin", "cos", "tan", "log", "ln", "exp", "lim", "max", "min", "mod", "gcd"}
)
COMMANDS: Final = frozenset({*_SYMBOLS, *_FUNCTIONS, "frac", "dfrac", "sqrt", "boxed"})
"""Commands that are also known outside of math."""
_RAISED: Final = str.maketrans("0123456789+-−n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ⁿ")
_RAISABLE: Final = frozenset("0123456789+-−n")

_GROUP: Final = r"\{([^{}]*)\}"
_MAX_DEPTH: Final = 6
_FRACTION: Final = re.compile(rf"\\[dt]?frac\s*{_GROUP}\s*{_GROUP}")
_SHORT_FRACTION: Final = re.compile(r"\\[dt]?frac\s*(\d)\s*(\d)")
_ROOT: Final = re.compile(rf"\\sqrt\s*{_GROUP}")
_NTH_ROOT: Final = re.compile(rf"\\sqrt\s*\[([^\[\]]*)\]\s*{_GROUP}")
_DEGREES: Final = re.compile(r"\s*\^\s*(?:\{\s*\\circ\s*\}|\\circ)")
_POWER: Final = re.compile(r"\s*\^\s*(?:\{([^{}]*)\}|([^\s{}\\]))")
_INDEX: Final = re.compile(r"_(?:\{([^{}]*)\}|([^\s{}\\]))")
_WRAPPER: Final = re.compile(
    r"\\(?:text|textbf|textit|mathrm|mathbf|mathit|mathsf|operatorname|boxed|mbox|unit"
    rf"|overline|underline|bar|vec|hat)\s*{_GROUP}"
)
_DELIMITER: Final = re.compile(
    r"\\(?:left|right|big|Big|bigg|Bigg|displaystyle|limits)(?![A-Za-z])\.?"
    r"|\\(?:begin|end)\{[^{}]*\}"
)
_COMMAND: Final = re.compile(r"\\([A-Za-z]+)")
_SPACE: Final = re.compile(r"\\(?:[,;:! ]|q?quad(?![A-Za-z]))|~|&")
_ESCAPED: Final = re.compile(r"\\([%$#&_{}|])")
_SIMPLE: Final = re.compile(r"[\w.,°%]+")


def tex_to_text(tex: str) -> str:
    """Return a formula as text, without what only TeX understands."""
    text = _DEGREES.sub("°", tex)
    for _ in range(_MAX_DEPTH):
        before = text
        text = _WRAPPER.sub(r"\1", text)
        text = _SHORT_FRACTION.sub(r"\1/\2", text)
        text = _FRACTION.sub(lambda m: f"{_grouped(m[1])}/{_grouped(m[2])}", text)
        text = _NTH_ROOT.sub(lambda m: f"{_raised(m[1])}√{_grouped(m[2])}", text)
        text = _ROOT.sub(lambda m: f"√{_grouped(m[1])}", text)
        text = _POWER.sub(lambda m: _raised(m[1] or m[2] or ""), text)
        text = _INDEX.sub(lambda m: m[1] or m[2] or "", text)
        if text == before:
            break
    text = _DELIMITER.sub("", text)
    text = _ESCAPED.sub(r"\1", _SPACE.sub(" ", text.replace("\\\\", "\n")))
    text = _COMMAND.sub(lambda m: _SYMBOLS.get(m[1], m[1]), text)
    return text.replace("{", "").replace("}", "").strip()


def _grouped(text: str) -> str:
    """Return a part of a formula, in brackets unless it is one number or name."""
    text = text.strip()
    is_simple = _SIMPLE.fullmatch(text) or _COMMAND.fullmatch(text)
    return text if is_simple else f"({text})"


def _raised(text: str) -> str:
    """Return an exponent."""
    text = text.strip()
    if text and _RAISABLE.issuperset(text):
        return text.translate(_RAISED)
    return f"^{_grouped(text)}" if text else ""
