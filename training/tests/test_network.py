import numpy as np
import onnxruntime
import pytest
import torch

from ranker.forward import device_of, encode_texts, pack, scores
from ranker.graph import INPUTS, build_graph, read_weights
from ranker.model import Ranker


@pytest.fixture
def model(shape) -> Ranker:
    torch.manual_seed(0)
    model = Ranker(shape).eval()
    for parameter in (model.score.weight, model.direct.weight):
        torch.nn.init.normal_(parameter)
    return model


@pytest.fixture
def texts(groups, encoder):
    return [encoder.encode(group.instruction, answer) for group in groups for answer in group.answers]


def run(session: onnxruntime.InferenceSession, encoded, max_tokens: int) -> np.ndarray:
    out = np.zeros(len(encoded), dtype=np.float32)
    for indices, *columns in pack(encoded, max_tokens):
        out[indices] = session.run(["scores"], {name: column.numpy() for name, column in zip(INPUTS, columns)})[0]
    return out


def test_the_graph_computes_what_pytorch_does(model, texts, shape):
    weights = {name: value.numpy() for name, value in model.state_dict().items()}
    graph = build_graph(weights, shape)
    rounded = Ranker(shape).eval()
    rounded.load_state_dict({name: torch.tensor(value) for name, value in read_weights(graph).items()})
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    with torch.no_grad():
        expected = scores(rounded, texts, half=False).numpy()
    found = run(session, texts, 4096)
    assert np.abs(found - expected).max() < 1e-5
    # To the last bit, alone or in a batch.
    assert np.array_equal(run(session, texts, 1), found)


def test_bfloat16_is_near_and_has_a_gradient(model, texts):
    half, full = (scores(model, texts, half=half) for half in (True, False))
    assert half.dtype == torch.float32
    assert (half - full).abs().max() < 0.1
    half.sum().backward()
    assert model.layers[0].qkv.weight.grad.abs().sum() > 0


def test_everything_is_computed_on_the_device_of_the_model(model, texts):
    # The device "meta" has shapes only, and refuses to be mixed with another, as a GPU does.
    pooled, surface = encode_texts(model.to("meta"), texts, half=False)
    assert {pooled.device.type, surface.device.type, model.head(pooled, surface).device.type} == {"meta"}


def test_a_gpu_is_used_where_there_is_one():
    assert device_of("cpu").type == "cpu"
    if torch.cuda.is_available():
        assert device_of("auto").type == device_of("cuda").type == "cuda"
    else:
        assert device_of("auto").type == "cpu"
        with pytest.raises(ValueError, match="finds no GPU"):
            device_of("cuda")
