"""Who can say yes in a turn, and to what.

Decision record: docs/decisions/0027-a-yes-before-it-is-done.md.
"""

from homeassistant.components.conversation import (
    ChatLog,
    ConversationInput,
    UserContent,
)
from homeassistant.core import callback

from ..confirmation.open_questions import Approver, OpenQuestions
from ..session.turn_owner import NOBODY, TurnOwner
from ..tools.turn_questions import TurnQuestions


@callback
def async_begin_questions(
    questions: TurnQuestions,
    asked: OpenQuestions,
    user_input: ConversationInput,
    chat_log: ChatLog,
    owner: TurnOwner,
) -> Approver | None:
    """Begin the questions of a turn; return who can be asked, None if nobody can.

    `asked` are the questions of the entry. The words of a picture or a file cannot be
    told from those of the user, so nothing that comes with one is a yes.
    """
    if owner is NOBODY:
        return None
    texts = [item for item in chat_log.content if isinstance(item, UserContent)]
    conversation_id = chat_log.conversation_id
    approver = Approver(
        user_input.context.user_id,
        user_input.device_id or user_input.satellite_id or conversation_id,
        conversation_id,
        len(texts),
    )
    waiting = asked.take(approver)
    if texts and texts[-1].attachments:
        waiting = ()
    questions.begin(approver, waiting, user_input.text, user_input.language)
    return approver
