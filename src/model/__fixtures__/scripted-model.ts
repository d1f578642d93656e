import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { convertArrayToReadableStream, MockLanguageModelV4 } from 'ai/test';

/** What a scripted model replies: a text, or calls of tools with a text and a thought before them. */
export type ScriptedReply =
  | string
  | {
      readonly calls: readonly (readonly [name: string, input: unknown])[];
      readonly text?: string;
      readonly thought?: string;
    };

const usage = {
  inputTokens: { total: 5, noCache: 5, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 2, text: 2, reasoning: undefined },
};

/** The mock model of the AI SDK, with a reply by what it is asked. */
export function scriptedModel(
  modelId: string,
  reply: (call: LanguageModelV4CallOptions, index: number) => ScriptedReply,
): MockLanguageModelV4 {
  const model: MockLanguageModelV4 = new MockLanguageModelV4({
    provider: 'fake',
    modelId,
    doStream: async (call) => {
      const index = model.doStreamCalls.length - 1;
      return { stream: convertArrayToReadableStream([...replyParts(reply(call, index), `${modelId}-${index}`)]) };
    },
  });
  return model;
}

function replyParts(reply: ScriptedReply, name: string): readonly LanguageModelV4StreamPart[] {
  const { calls, text = '', thought = '' } = typeof reply === 'string' ? { calls: [], text: reply } : reply;
  const signature = { fake: { signature: name } };
  return [
    { type: 'stream-start', warnings: [] },
    ...(thought === ''
      ? []
      : ([
          { type: 'reasoning-start', id: '0' },
          { type: 'reasoning-delta', id: '0', delta: thought },
          { type: 'reasoning-end', id: '0', providerMetadata: signature },
        ] as const)),
    ...(text === ''
      ? []
      : ([
          { type: 'text-start', id: '1' },
          { type: 'text-delta', id: '1', delta: text },
          { type: 'text-end', id: '1' },
        ] as const)),
    ...calls.flatMap(([toolName, given], index): readonly LanguageModelV4StreamPart[] => {
      const [id, input] = [`${name}-call-${index}`, JSON.stringify(given)];
      return [
        { type: 'tool-input-start', id, toolName },
        { type: 'tool-input-delta', id, delta: input },
        { type: 'tool-input-end', id },
        { type: 'tool-call', toolCallId: id, toolName, input, providerMetadata: signature },
      ];
    }),
    {
      type: 'finish',
      finishReason: {
        unified: calls.length > 0 ? 'tool-calls' : 'stop',
        raw: calls.length > 0 ? 'tool_calls' : 'stop',
      },
      usage,
    },
  ];
}
