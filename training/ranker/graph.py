"""The network as an ONNX graph over 8-bit weights.

Matrices are stored as int8 with one scale per output channel, embeddings with one per row. The runtime turns the
matrices into floats once, as it loads them, so every number computed is that of float arithmetic: a text gets the same
score whatever stands beside it in a batch, and to a few last bits that of PyTorch.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .model import MAX_SURFACE, Shape

OPSET = 20
INPUTS = ("ids", "positions", "types", "mask", "surface")


def quantise(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """``[rows, columns]`` -> int8 of the same shape and a float32 scale per row; symmetric, nearest."""
    scale = np.maximum(np.abs(matrix).max(axis=1), 1e-12) / 127
    return np.clip(np.round(matrix / scale[:, None]), -127, 127).astype(np.int8), scale.astype(np.float32)


class Builder:
    def __init__(self, weights: dict[str, np.ndarray], eight_bit: bool):
        self.weights, self.eight_bit = weights, eight_bit
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self.named: set[str] = set()

    def constant(self, name: str, value: np.ndarray) -> str:
        if name not in self.named:
            self.named.add(name)
            self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def op(self, kind: str, inputs: list[str], name: str, **attributes) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def matrix(self, name: str) -> str:
        """``weights[name]`` [out, in] as a float [in, out]."""
        value = self.weights[name]
        if not self.eight_bit:
            return self.constant(name, value.T)
        whole, scale = quantise(value)
        stored = self.constant(name, whole.T)
        floats = self.op("Cast", [stored], f"{name}/float", to=TensorProto.FLOAT)
        return self.op("Mul", [floats, self.constant(f"{name}.scale", scale)], f"{name}/scaled")

    def linear(self, x: str, name: str) -> str:
        product = self.op("MatMul", [x, self.matrix(f"{name}.weight")], f"{name}/product")
        return self.op("Add", [product, self.constant(f"{name}.bias", self.weights[f"{name}.bias"])], f"{name}/sum")

    def lookup(self, ids: str, name: str) -> str:
        value = self.weights[f"{name}.weight"]
        if not self.eight_bit:
            return self.op("Gather", [self.constant(f"{name}.weight", value), ids], f"{name}/rows")
        whole, scale = quantise(value)
        rows = self.op("Gather", [self.constant(f"{name}.weight", whole), ids], f"{name}/rows")
        scales = self.op("Gather", [self.constant(f"{name}.weight.scale", scale[:, None]), ids], f"{name}/scales")
        return self.op("Mul", [self.op("Cast", [rows], f"{name}/float", to=TensorProto.FLOAT), scales], f"{name}/scaled")

    def norm(self, x: str, name: str, eps: float) -> str:
        weight = self.constant(f"{name}.weight", self.weights[f"{name}.weight"])
        bias = self.constant(f"{name}.bias", self.weights[f"{name}.bias"])
        return self.op("LayerNormalization", [x, weight, bias], f"{name}/normal", axis=-1, epsilon=eps)


def build_graph(weights: dict[str, np.ndarray], shape: Shape, eight_bit: bool = True) -> onnx.ModelProto:
    """Inputs ``ids``, ``positions``, ``types``, ``mask`` int64 [batch, length], ``surface`` float32 [batch, surface size]; output ``scores`` float32 [batch].

    ``weights`` = the state of a :class:`ranker.model.Ranker` as float32 arrays.
    """
    b = Builder(weights, eight_bit)
    axis1 = b.constant("axis/1", np.array([1], dtype=np.int64))
    axis12 = b.constant("axis/1,2", np.array([1, 2], dtype=np.int64))
    one = b.constant("one", np.array([1], dtype=np.int64))
    zero = b.constant("zero", np.array([0], dtype=np.int64))

    x = b.op("Add", [b.lookup("ids", "words"), b.lookup("positions", "positions")], "embedding/placed")
    x = b.op("Add", [x, b.lookup("types", "types")], "embedding/typed")
    x = b.norm(x, "norm", shape.layer_norm_eps)

    size, heads = shape.hidden_size, shape.num_attention_heads
    wide = size // heads
    split = b.constant("heads/split", np.array([0, 0, heads, wide], dtype=np.int64))
    joined = b.constant("heads/joined", np.array([0, 0, size], dtype=np.int64))
    root = b.constant("heads/root", np.array(wide**-0.5, dtype=np.float32))
    real = b.op("Cast", ["mask"], "mask/float", to=TensorProto.FLOAT)
    missing = b.op("Sub", [real, b.constant("one/float", np.array(1, dtype=np.float32))], "mask/missing")
    blocked = b.op("Mul", [missing, b.constant("mask/far", np.array(1e4, dtype=np.float32))], "mask/blocked")
    blocked = b.op("Unsqueeze", [blocked, axis12], "mask/attention")
    for index in range(shape.num_hidden_layers):
        layer = f"layers.{index}"
        qkv = b.linear(x, f"{layer}.qkv")
        thirds = [f"{layer}/q", f"{layer}/k", f"{layer}/v"]
        b.nodes.append(helper.make_node("Split", [qkv], thirds, name=f"{layer}/split", axis=-1, num_outputs=3))
        shaped = [b.op("Reshape", [third, split], f"{third}/heads") for third in thirds]
        q = b.op("Transpose", [shaped[0]], f"{layer}/q/turned", perm=[0, 2, 1, 3])
        k = b.op("Transpose", [b.op("Mul", [shaped[1], root], f"{layer}/k/small")], f"{layer}/k/turned", perm=[0, 2, 3, 1])
        v = b.op("Transpose", [shaped[2]], f"{layer}/v/turned", perm=[0, 2, 1, 3])
        logits = b.op("Add", [b.op("MatMul", [q, k], f"{layer}/match"), blocked], f"{layer}/masked")
        mixed = b.op("MatMul", [b.op("Softmax", [logits], f"{layer}/attention", axis=-1), v], f"{layer}/mixed")
        mixed = b.op("Transpose", [mixed], f"{layer}/mixed/turned", perm=[0, 2, 1, 3])
        mixed = b.linear(b.op("Reshape", [mixed, joined], f"{layer}/mixed/joined"), f"{layer}.out")
        x = b.norm(b.op("Add", [x, mixed], f"{layer}/attended"), f"{layer}.norm_attention", shape.layer_norm_eps)
        up = b.op("Gelu", [b.linear(x, f"{layer}.up")], f"{layer}/gelu")
        x = b.op("Add", [x, b.linear(up, f"{layer}.down")], f"{layer}/fed")
        x = b.norm(x, f"{layer}.norm_output", shape.layer_norm_eps)

    first = b.op("Squeeze", [b.op("Slice", [x, zero, one, axis1], "pool/head"), axis1], "pool/first")
    answer = b.op("Mul", ["mask", "types"], "pool/answer")
    question = b.op("Sub", ["mask", answer], "pool/question")
    means = []
    for name, chosen in (("question", question), ("answer", answer)):
        weight = b.op("Cast", [chosen], f"pool/{name}/float", to=TensorProto.FLOAT)
        count = b.op("ReduceSum", [weight, axis1], f"pool/{name}/count", keepdims=1)
        share = b.op("Unsqueeze", [b.op("Div", [weight, count], f"pool/{name}/share"), axis1], f"pool/{name}/row")
        # A product, since the runtime's sum over this axis adds in another order when the batch has one text.
        mean = b.op("MatMul", [share, x], f"pool/{name}/mean")
        means.append(b.op("Squeeze", [mean, axis1], f"pool/{name}/flat"))
    placed = b.op("Mul", ["surface", b.constant("standard.weight", weights["standard.weight"])], "surface/scaled")
    placed = b.op("Add", [placed, b.constant("standard.bias", weights["standard.bias"])], "surface/placed")
    limits = [b.constant(f"surface/{name}", np.array(value, dtype=np.float32)) for name, value in (("least", -MAX_SURFACE), ("most", MAX_SURFACE))]
    standard = b.op("Clip", [placed, *limits], "surface/standard")
    seen = b.op("Gelu", [b.linear(standard, "surface")], "surface/gelu")
    pooled = b.op("Concat", [first, *means, seen], "pool/all", axis=-1)
    hidden = b.op("Gelu", [b.linear(pooled, "dense")], "head/gelu")
    direct = b.op("MatMul", [standard, b.matrix("direct.weight")], "direct/product")
    b.op("Squeeze", [b.op("Add", [b.linear(hidden, "score"), direct], "score/all"), axis1], "scores")

    inputs = [helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "length"]) for n in INPUTS[:-1]]
    inputs.append(helper.make_tensor_value_info("surface", TensorProto.FLOAT, ["batch", shape.surface_size]))
    output = helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch"])
    graph = helper.make_graph(b.nodes, "pair-ranker", inputs, [output], b.initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10, producer_name="llm-blender")


def read_weights(model: onnx.ModelProto) -> dict[str, np.ndarray]:
    """The state of a Ranker back from a graph, 8-bit weights as the floats they stand for."""
    found = {item.name: numpy_helper.to_array(item) for item in model.graph.initializer}
    out = {}
    for name, value in found.items():
        if not name.endswith((".weight", ".bias")):
            continue
        table = name in ("words.weight", "positions.weight", "types.weight")
        if value.dtype == np.int8:
            scale = found[f"{name}.scale"]
            value = value.astype(np.float32) * scale
        if value.ndim == 2 and not table:
            value = value.T
        out[name] = np.ascontiguousarray(value, dtype=np.float32)
    return out
