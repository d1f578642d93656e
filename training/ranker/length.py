"""A preference for longer answers that stays out of small tasks.

The head learns from made pairs to distrust length, everywhere a little. People prefer the longer of two answers more often
than the head allows; but the right answer to a small task is short, and small tasks have short instructions. So the term
opens where the instruction is long. It is built of units that the network has already, so a ranker folder keeps its format.
"""

from __future__ import annotations

import math
from dataclasses import replace

import torch

from .model import MAX_SURFACE, Ranker
from .surface import INSTRUCTION_LENGTH, LENGTH, SAID_ONCE

# How steeply the term opens, in standard deviations of length for one of the instruction's length. A whole part of 127, so
# that 8 bits keep both weights of the unit.
STEEPNESS = 127 / 7
# How much what is said once counts beside length, likewise: a text that is repeated gains nothing.
ONCE = 4 / 7
# GELU is the identity beyond this.
LINEAR = 4.0


def add_length(model: Ranker, weight: float, tokens: int) -> Ranker:
    """A ranker whose score has ``weight`` more (log-odds) for each standard deviation of the logarithm of the answer's
    length, and ``ONCE`` times as much for each of the share of triples of tokens that it says once, where the instruction
    has ``tokens`` tokens or more.

    With x = both, and z = ``STEEPNESS`` times (length of the instruction - threshold), that is gelu(x + z) - gelu(z): x
    where z is large, nothing where -z is.
    """
    shape = replace(model.shape, head_size=model.shape.head_size + 1, surface_hidden_size=model.shape.surface_hidden_size + 2)
    longer = Ranker(shape, model.dropout)
    state = {name: value.clone() for name, value in model.state_dict().items()}
    standard = model.standard
    threshold = (math.log1p(tokens) * standard.weight + standard.bias)[INSTRUCTION_LENGTH]

    opening = torch.zeros(2, shape.surface_size)
    opening[:, INSTRUCTION_LENGTH] = STEEPNESS
    opening[0, LENGTH], opening[0, SAID_ONCE] = 1, ONCE
    # Surface numbers are cut at MAX_SURFACE, so that x is never negative.
    start = -STEEPNESS * threshold + torch.tensor([MAX_SURFACE * (1 + ONCE), 0.0])
    state["surface.weight"] = torch.cat([state["surface.weight"], opening])
    state["surface.bias"] = torch.cat([state["surface.bias"], start])

    # As large as the largest weight beside it, whose 8 bits then stay as they are.
    out = math.copysign(state["score.weight"].abs().max().item() or 1.0, weight)
    dense = torch.cat([state["dense.weight"], torch.zeros(model.shape.head_size, 2)], dim=1)
    row = torch.zeros(1, dense.shape[1])
    row[0, -2], row[0, -1] = weight / out, -weight / out
    state["dense.weight"] = torch.cat([dense, row])
    state["dense.bias"] = torch.cat([state["dense.bias"], torch.tensor([LINEAR])])
    state["score.weight"] = torch.cat([state["score.weight"], torch.tensor([[out]])], dim=1)
    longer.load_state_dict(state)
    return longer.train(model.training)
