"""Limits for sessions without a server, from which nothing can be learned."""

from custom_components.openai_compatible_conversation.session.limits import TokenLimits

SESSION = 10_000
"""Tokens of a session."""


def limits() -> TokenLimits:
    """Return limits with a token for each four characters."""
    return TokenLimits(
        tokens,
        session=SESSION,
        turn=4000,
        result=2000,
        tools=6000,
        count_definition=tokens,
    )


def tokens(text: str) -> int:
    """Return the number of tokens of a text."""
    return -(-len(text) // 4)
