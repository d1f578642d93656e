import type {
  JSONObject,
  LanguageModelV4FilePart,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4TextPart,
  LanguageModelV4ToolCallPart,
  SharedV4ProviderOptions,
} from '@ai-sdk/provider';
import type { ModelMessage } from 'ai';
import { isObject } from '../util/is-object.ts';
import { PROVIDER_KEY } from './provider-metadata.ts';
import { isToolResult, toolEvidence, type ToolResult } from './tool-evidence.ts';

/** A part of a message that every model takes. */
type PlainPart = LanguageModelV4TextPart | LanguageModelV4FilePart;

/** A message of texts and files alone. */
interface PlainMessage {
  readonly role: 'user' | 'assistant';
  readonly content: readonly PlainPart[];
  readonly providerOptions?: SharedV4ProviderOptions | undefined;
}

/**
 * A conversation as models without tools can read it: what tools have answered stands between fences in messages of the
 * user, thoughts are left out, and no two messages in a row are of the same role. Many models refuse anything else.
 */
export function toPlainMessages(prompt: LanguageModelV4Prompt): readonly ModelMessage[] {
  const evidence = toolEvidence(prompt);
  const systems = prompt.filter((message) => message.role === 'system');
  const turns = prompt.flatMap((message) => (message.role === 'system' ? [] : toPlainTurns(message, evidence)));
  const joined: PlainMessage[] = [];
  for (const turn of turns) {
    const last = joined.at(-1);
    if (turn.content.length === 0) continue;
    if (last?.role !== turn.role) joined.push(turn);
    else joined[joined.length - 1] = { ...turn, content: joinParts(last.content, turn.content) };
  }
  return [...systems, ...joined.map(toModelMessage)];
}

function toPlainTurns(
  message: Exclude<LanguageModelV4Message, { role: 'system' }>,
  evidence: (results: readonly ToolResult[]) => readonly PlainPart[],
): readonly PlainMessage[] {
  if (message.role === 'user') return [message];
  const results = message.content.filter(isToolResult);
  const shown: PlainMessage = { role: 'user', content: evidence(results) };
  if (message.role === 'tool') return [shown];
  const { role, content, providerOptions } = message;
  const own = content.filter((part) => part.type === 'text' || part.type === 'file');
  return [{ role, content: own, providerOptions }, shown];
}

/** A text behind a text goes into the same part: one text is what all models and all of this package read best. */
function joinParts(before: readonly PlainPart[], after: readonly PlainPart[]): readonly PlainPart[] {
  const [last, first] = [before.at(-1), after[0]];
  if (last?.type !== 'text' || first?.type !== 'text') return [...before, ...after];
  return [...before.slice(0, -1), { ...last, text: `${last.text}\n\n${first.text}` }, ...after.slice(1)];
}

function toModelMessage({ role, content, providerOptions }: PlainMessage): ModelMessage {
  const [only] = content;
  const isText = content.length === 1 && only?.type === 'text' && only.providerOptions === undefined;
  return {
    role,
    content: isText ? only.text : [...content],
    ...(providerOptions === undefined ? {} : { providerOptions }),
  } as ModelMessage;
}

/** The conversation for the model that has the tools: as it is, without what the blend itself has written into it. */
export function withoutOwnMarks(prompt: LanguageModelV4Prompt): LanguageModelV4Prompt {
  return prompt
    .map((message) => {
      if (message.role !== 'assistant') return message;
      const content = message.content.filter((part) => ownOptions(part)['progress'] !== true);
      return { ...message, content: content.map((part) => (part.type === 'tool-call' ? withoutMark(part) : part)) };
    })
    .filter(({ content }) => content.length > 0);
}

/** A call as the fuser has made it: where that is a blend, with the mark of that one. */
function withoutMark(part: LanguageModelV4ToolCallPart): LanguageModelV4ToolCallPart {
  const { [PROVIDER_KEY]: own, ...others } = part.providerOptions ?? {};
  if (own === undefined) return part;
  const { inner } = own;
  return {
    ...part,
    providerOptions: { ...others, ...(isObject(inner) ? { [PROVIDER_KEY]: inner as JSONObject } : {}) },
  };
}

/** The model that called the tools whose results the conversation ends with; undefined where it ends otherwise. */
export function writerOfToolCalls(prompt: LanguageModelV4Prompt): string | undefined {
  if (prompt.at(-1)?.role !== 'tool') return undefined;
  const calling = prompt.findLast((message) => message.role === 'assistant');
  for (const part of calling?.content ?? []) {
    const writer = part.type === 'tool-call' ? ownOptions(part)['writer'] : undefined;
    if (typeof writer === 'string') return writer;
  }
  return undefined;
}

/** What a blend has written on a part of its own answer. */
function ownOptions(part: { readonly providerOptions?: SharedV4ProviderOptions | undefined }) {
  const own: unknown = part.providerOptions?.[PROVIDER_KEY];
  return isObject(own) ? own : {};
}
