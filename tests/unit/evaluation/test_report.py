"""Tests of the table and the JSON."""

import json

import pytest

from evaluation.meter import Tokens
from evaluation.report import as_json, show, tell_result
from evaluation.run import Result
from evaluation.tasks import Task


def result(
    contestant: str = "ours",
    kind: str = "on",
    language: str = "en",
    *,
    passed: bool = True,
    first: float | None = 0.5,
    tokens: Tokens | None = None,
) -> Result:
    return Result(
        contestant,
        Task(id=f"{kind}-{language}", kind=kind, language=language, say=["Hi", "Ho"]),
        [] if passed else ["light.bed_light was changed"],
        first,
        2.0,
        tokens or Tokens(1200, 30),
        "Grüezi",
        [
            {
                "tool": "intent__HassTurnOn",
                "arguments": {"name": "Bett"},
                "good": False,
                "result": {"error": "no such thing"},
            }
        ],
    )


def test_table(capsys: pytest.CaptureFixture[str]) -> None:
    show(
        [
            result(),
            result(passed=False, first=1.5),
            result(kind="small_talk", language="de", first=None, tokens=Tokens()),
            result("llama_cpp", passed=False),
        ]
    )
    assert capsys.readouterr().out.splitlines() == [
        "",
        "ours         passed   first word, s   end, s   tokens in   out",
        "on           1 of 2             1.0      2.0       1,200    30",
        "small talk   1 of 1               -      2.0           -     -",
        "de           1 of 1               -      2.0           -     -",
        "en           1 of 2             1.0      2.0       1,200    30",
        "all          2 of 3             1.0      2.0       1,200    30",
        "",
        "llama_cpp   passed   first word, s   end, s   tokens in   out",
        "on          0 of 1             0.5      2.0       1,200    30",
        "all         0 of 1             0.5      2.0       1,200    30",
    ]


def test_miss(capsys: pytest.CaptureFixture[str]) -> None:
    """A miss is told with what was said and called, if all is to be told."""
    tell_result(result(passed=False), verbose=False)
    tell_result(result(), verbose=True)
    assert capsys.readouterr().out.splitlines() == [
        "ours       missed     2.0 s  on-en",
        "ours       passed     2.0 s  on-en",
    ]
    told = Tokens(1200, 30, ["<context>\nNow\n</context>\nHo"])
    tell_result(result(passed=False, tokens=told), verbose=True)
    assert capsys.readouterr().out.splitlines()[1:] == [
        "    user    Hi",
        "    user    Ho",
        "    told    <context> / Now / </context> / Ho",
        '    called  intent__HassTurnOn {"name": "Bett"}',
        '    failed  {"error": "no such thing"}',
        "    said    Grüezi",
        "    miss    light.bed_light was changed",
    ]


def test_json() -> None:
    document = json.loads(
        as_json([result(), result("llama_cpp", passed=False)], {"model": "any"})
    )
    assert document["model"] == "any"
    assert list(document["contestants"]) == ["ours", "llama_cpp"]
    theirs = document["contestants"]["llama_cpp"]
    assert theirs["summary"]["all"]["passed"] == 0
    (task,) = theirs["tasks"]
    assert task["misses"] == ["light.bed_light was changed"]
    assert (task["prompt"], task["completion"]) == (1200, 30)
