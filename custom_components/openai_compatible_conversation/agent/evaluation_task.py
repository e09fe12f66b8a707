"""Evaluation tasks of Home Assistant, as questions to a model."""

from collections.abc import Sequence

from homeassistant.components import ai_task
from homeassistant.core import HomeAssistant
from homeassistant.helpers.json import json_dumps

from ..completions.messages import UserMessage
from .attachments import async_message
from .evaluation import Evaluator
from .evaluation_question import Question, choice, predicate
from .servers import TurnServers

ATTACHED = "The state is in what is attached."


async def async_evaluate(
    hass: HomeAssistant,
    evaluator: Evaluator,
    servers: TurnServers,
    task: ai_task.EvaluationTask,
) -> ai_task.EvaluationTaskResult:
    """Return the answers to the questions of a task.

    Raises `CompletionError`, and `AttachmentError` if an attachment cannot be sent.
    """
    found = await evaluator.async_evaluate(
        servers,
        task.name,
        {key: _question(question) for key, question in task.questions.items()},
        await _async_data(hass, task),
    )
    return ai_task.EvaluationTaskResult(
        {key: _answer(question, found[key]) for key, question in task.questions.items()}
    )


def _question(question: ai_task.EvaluationQuestion) -> Question:
    """Return a question with labelled options."""
    instructions = question["instructions"]
    if question["type"] == "noul":
        return predicate(instructions)
    if question["type"] == "choice":
        criteria = question["criteria"].items()
        return choice(instructions, [f"{name}: {text}" for name, text in criteria])
    return choice(instructions, question["criteria"])


def _answer(
    question: ai_task.EvaluationQuestion, probabilities: Sequence[float]
) -> ai_task.EvaluationAnswer:
    """Return the answer to a question, by the probabilities of its options."""
    if question["type"] == "noul":
        return ai_task.NoulAnswer(noul=probabilities[0])
    if question["type"] == "choice":
        by_name = dict(zip(question["criteria"], probabilities, strict=True))
        best = max(by_name, key=lambda name: by_name[name])
        return ai_task.ChoiceAnswer(choice=best, probabilities=by_name)
    score = sum(level * share for level, share in enumerate(probabilities))
    return ai_task.ScoreAnswer(score=score, probabilities=list(probabilities))


async def _async_data(hass: HomeAssistant, task: ai_task.EvaluationTask) -> UserMessage:
    """Return what the questions are about as a message."""
    state = task.state
    if state is None:
        # Some servers refuse an empty text.
        text = ATTACHED
    else:
        text = state if isinstance(state, str) else json_dumps(state)
        text = f"<state>\n{text}\n</state>"
    return await async_message(hass, text, task.attachments or ())
