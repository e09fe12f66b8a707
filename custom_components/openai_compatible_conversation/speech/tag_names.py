"""The tags and tokens that models and servers write into a text, by their meaning."""

REASONING_TAGS = ("think", "thinking", "antthinking", "seed:think")
"""Tags that are reasoning wherever they stand outside of code."""
GENERIC_TAGS = (
    "thought",
    "thoughts",
    "reasoning",
    "reason",
    "reflection",
    "analysis",
    "scratchpad",
)
"""Tags that are also ordinary markup, so they are reasoning only at the start."""
HARMONY_ENDS = ("<|end|>", "<|call|>", "<|return|>")
"""They also end answers, so on their own they are just control tokens."""
REASONING_PAIRS = (
    ("◁think▷", "◁/think▷"),
    ("[THINK]", "[/THINK]"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|channel>thought", "<channel|>"),
)
CALL_TAGS = (
    *("tool_call", "tool_calls", "function_call", "tool_use", "toolcall"),
    *("minimax:tool_call", "seed:tool_call"),
)
_DSML = tuple(
    f"{pipe}DSML{pipe}{name}"
    for pipe in "｜|"
    for name in ("function_calls", "tool_calls")
)
CALL_PAIRS = (
    ("<|tool_call|>", "<|/tool_call|>"),
    ("<|tool_call_start|>", "<|tool_call_end|>"),
    ("<|tool_call>", "<tool_call|>"),
    ("<|tool_calls_section_begin|>", "<|tool_calls_section_end|>"),
    ("<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>"),
    ("<tool▁calls▁begin>", "<tool▁calls▁end>"),
    ("<|START_ACTION|>", "<|END_ACTION|>"),
    ("[TOOL_REQUEST]", "[END_TOOL_REQUEST]"),
    ("<start_function_call>", "<end_function_call>"),
    *((f"<{name}>", f"</{name}>") for name in _DSML),
)
INNER_CALL_PAIRS = (
    ("<|tool_call_begin|>", "<|tool_call_end|>"),
    ("<｜tool▁call▁begin｜>", "<｜tool▁call▁end｜>"),
)
"""What stands within a section of calls; some servers remove what is around it."""
INVOCATIONS = tuple((f"<{p}DSML{p}invoke ", f"</{p}DSML{p}invoke>") for p in "｜|")
"""Calls whose opening goes on with the name."""
CALLS_TO_THE_END = ("[TOOL_CALLS]", "<|python_tag|>")
ROLE_HEADERS = (
    "<|im_start|>assistant",
    "<|start_header_id|>assistant<|end_header_id|>",
    "<|header_start|>assistant<|header_end|>",
    "<|start_of_role|>assistant<|end_of_role|>",
    "<|im_assistant|>assistant<|im_middle|>",
    "<|start|>assistant<|message|>",
    "<|start|>assistant",
    "<start_of_turn>model",
    "<|turn>model",
    "<|assistant|>",
    "<｜assistant｜>",
)
"""What begins an answer in a prompt."""
OTHER_HEADERS = tuple(
    header
    for role in ("user", "system", "tool", "ipython", "observation")
    for header in (
        f"<|im_start|>{role}",
        f"<|start_header_id|>{role}<|end_header_id|>",
        f"<|header_start|>{role}<|header_end|>",
        f"<|start_of_role|>{role}<|end_of_role|>",
        f"<|start|>{role}<|message|>",
        f"<start_of_turn>{role}",
        f"<|turn>{role}",
        f"<|{role}|>",
    )
)
"""What begins the words of somebody else in a prompt."""
SPECIAL = (
    "</s>",
    "<s>",
    "<eos>",
    "<bos>",
    "<pad>",
    "<unk>",
    "<end_of_turn>",
    "<start_of_turn>",
    "<end_of_utterance>",
    "<turn|>",
    "<|turn>",
    "<|tool_response>",
    "[INST]",
    "[/INST]",
    "[BOS]",
    "[EOS]",
    "<<SYS>>",
    "<</SYS>>",
    "[gMASK]",
    "<sep>",
    # Some models are trained to put their answer between these.
    *("<answer>", "</answer>", "<response>", "</response>"),
)
