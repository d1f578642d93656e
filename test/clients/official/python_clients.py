"""Official clients in Python against a server. Usage: python_clients.py URL SILENCE_SECONDS"""

import asyncio
import base64
import json
import os
import sys
from typing import Any

# Else it is fetched.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import cohere
import litellm
import openai

URL, SILENCE = sys.argv[1], float(sys.argv[2])
MODEL = "mine"
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
        "strict": True,
    },
}

client = openai.OpenAI(base_url=f"{URL}/v1", api_key="none", timeout=SILENCE + 60)


def question(text: str = "Why?") -> Any:
    return [{"role": "user", "content": text}]


def whole() -> None:
    completion = client.chat.completions.create(model=MODEL, messages=question(), n=2)
    assert len(completion.choices) == 2
    assert all(choice.message.content for choice in completion.choices)
    assert completion.usage and completion.usage.total_tokens > 0
    assert "choices" in completion.model_extra["llm_blender"]
    raw = client.chat.completions.with_raw_response.create(model=MODEL, messages=question())
    assert raw.headers["x-request-id"].startswith("req_")


def streamed(text: str = "Why?") -> None:
    with client.chat.completions.stream(
        model=MODEL, messages=question(text), n=2, stream_options={"include_usage": True}
    ) as stream:
        for _ in stream:
            pass
        completion = stream.get_final_completion()
    assert [choice.finish_reason for choice in completion.choices] == ["stop", "stop"]
    assert all(choice.message.content for choice in completion.choices)
    assert completion.usage and completion.usage.total_tokens > 0
    parts = list(client.chat.completions.create(model=MODEL, messages=question(text), stream=True))
    assert all(len(part.choices) == 1 for part in parts)
    assert "llm_blender" in (parts[-1].model_extra or {})


def silent() -> None:
    streamed("silence")


def tools() -> None:
    asked = question("tool")
    for completion in (
        client.chat.completions.create(model=MODEL, messages=asked, tools=[WEATHER]),
        _final(asked),
    ):
        [choice] = completion.choices
        assert choice.finish_reason == "tool_calls"
        [call] = choice.message.tool_calls
        assert json.loads(call.function.arguments) == {"city": "Rome"}
        message = choice.message.model_dump(exclude_none=True)
        message.pop("parsed", None)
        for one in message["tool_calls"]:
            one["function"].pop("parsed_arguments", None)
        result = {"role": "tool", "tool_call_id": call.id, "content": "24 degrees"}
        after = client.chat.completions.create(model=MODEL, messages=[*asked, message, result], tools=[WEATHER])
        assert after.choices[0].message.content


def _final(messages: Any) -> Any:
    with client.chat.completions.stream(model=MODEL, messages=messages, tools=[WEATHER]) as stream:
        return stream.get_final_completion()


def image_and_schema() -> None:
    content = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}", "detail": "low"}},
    ]
    assert client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": content}]).choices
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    completion = client.chat.completions.create(
        model=MODEL,
        messages=question("json"),
        response_format={"type": "json_schema", "json_schema": {"name": "place", "schema": schema}},
    )
    assert json.loads(completion.choices[0].message.content or "")["city"] == "Rome"


def errors() -> None:
    for make in (
        lambda: client.chat.completions.create(model=MODEL, messages=question("fail")),
        lambda: client.responses.create(model=MODEL, input="fail"),
    ):
        try:
            make()
            raise AssertionError("it answered")
        except openai.APIStatusError as error:
            assert error.status_code in (502, 503), error
    # A stream has told of its first step by then.
    for text in ("fail", "late failure"):
        try:
            list(client.chat.completions.create(model=MODEL, messages=question(text), stream=True))
            raise AssertionError("it answered")
        except openai.APIError as error:
            assert "No model gave an answer" in error.message, error
    try:
        client.chat.completions.create(model="nobody", messages=question())
        raise AssertionError("it answered")
    except openai.NotFoundError as error:
        assert error.code == "model_not_found"


def responses() -> None:
    response = client.responses.create(model=MODEL, input="Why?")
    assert response.output_text and response.status == "completed"
    for text in ("Why?", "silence"):
        with client.responses.stream(model=MODEL, input=text) as stream:
            kinds = [event.type for event in stream]
            final = stream.get_final_response()
        assert kinds[0] == "response.created" and kinds[-1] == "response.completed"
        assert final.output_text
    try:
        client.responses.create(model=MODEL, input="And?", previous_response_id=response.id)
        raise AssertionError("it answered")
    except openai.BadRequestError as error:
        assert error.param == "previous_response_id"


async def asynchronous() -> None:
    other = openai.AsyncOpenAI(base_url=f"{URL}/v1", api_key="none")
    async with other.chat.completions.stream(model=MODEL, messages=question()) as stream:
        completion = await stream.get_final_completion()
    assert completion.choices[0].message.content
    models = [model.id async for model in other.models.list()]
    assert models[0] == MODEL
    gone = await other.chat.completions.create(model=MODEL, messages=question("silence"), stream=True)
    await gone.close()


def lite() -> None:
    options = {"model": f"openai/{MODEL}", "api_base": f"{URL}/v1", "api_key": "none"}
    assert litellm.completion(messages=question(), **options).choices[0].message.content
    text = ""
    for chunk in litellm.completion(messages=question(), stream=True, **options):
        text += chunk.choices[0].delta.content or ""
    assert text
    for ending in ("silence", "Why?"):
        assert list(litellm.completion(messages=question(ending), stream=True, timeout=SILENCE + 60, **options))


def rerank() -> None:
    documents = ["Paris is in France.", "Canberra is the capital of Australia."]
    for make in (cohere.Client, cohere.ClientV2):
        result = make(api_key="none", base_url=URL).rerank(
            model="default", query="What is the capital of Australia?", documents=documents, top_n=1
        )
        assert result.results[0].index == 1, result


CHECKS = [whole, streamed, tools, image_and_schema, errors, responses, lite, rerank, silent]

for check in CHECKS:
    check()
    print(check.__name__, flush=True)
asyncio.run(asynchronous())
print("asynchronous", flush=True)
