"""The network: GPT-2's, with learned positions; fragments of words are barred at its output."""

# torch comes without types where the checks run.
# mypy: allow-subclassing-any, allow-untyped-decorators, no-warn-return-any, no-warn-unused-ignores

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .tokens import Tokenizer

NEVER = -10000.0
"""Added to the score of what may not be written."""

Past = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Shape:
    """How large the network is; ``length`` is the most tokens it sees."""

    width: int
    layers: int
    heads: int
    length: int


class Block(nn.Module):
    """Attention to what was written, then a small network for each token."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        width = shape.width
        self.heads = shape.heads
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attend, self.merge = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.widen, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, states: Tensor, past: Past | None, mask: Tensor | None) -> tuple[Tensor, Past]:
        """New states, and the keys and values to keep for the tokens after these."""
        heads = (*states.shape[:2], 3, self.heads, states.shape[2] // self.heads)
        query, key, value = self.attend(self.before(states)).view(heads).permute(2, 0, 3, 1, 4).unbind(0)
        if past is not None:
            key, value = torch.cat([past[0], key], 2), torch.cat([past[1], value], 2)
        found = F.scaled_dot_product_attention(query, key, value, attn_mask=mask, is_causal=mask is None)
        states = states + self.merge(found.transpose(1, 2).flatten(2))
        inner = F.gelu(self.widen(self.between(states)), approximate="tanh")
        return states + self.narrow(inner), (key, value)


class Scribe(nn.Module):
    """Scores of the next token."""

    def __init__(self, shape: Shape, tokenizer: Tokenizer) -> None:
        super().__init__()
        self.shape = shape
        self.tokens = nn.Embedding(len(tokenizer.ids), shape.width)
        self.positions = nn.Embedding(shape.length, shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.after = nn.LayerNorm(shape.width)
        barred = torch.full((len(tokenizer.ids),), NEVER)
        barred[sorted(tokenizer.whole)] = 0.0
        self.register_buffer("barred", barred, persistent=False)
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                nn.init.normal_(weight, std=0.02)
            if name.endswith(("merge.weight", "narrow.weight")):
                nn.init.normal_(weight, std=0.02 / (2 * shape.layers) ** 0.5)

    def forward(
        self, ids: Tensor, positions: Tensor, past: list[Past] | None = None, mask: Tensor | None = None
    ) -> tuple[Tensor, list[Past]]:
        """Scores after each token, and what to keep. Without ``mask`` a token sees those before it."""
        states = self.tokens(ids) + self.positions(positions)
        kept: list[Past] = []
        for number, block in enumerate(self.blocks):
            states, both = block(states, past[number] if past else None, mask)
            kept.append(both)
        return F.linear(self.after(states), self.tokens.weight, self.barred), kept
