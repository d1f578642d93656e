import { isObject, type UnknownObject } from '../../../util/is-object.ts';
import { defineDataSet } from '../data-set.ts';
import { isAbsent, numberOf, refuse, textOf } from '../row-values.ts';
import { transcript } from '../transcript.ts';
import { readPairLabel } from '../verdicts.ts';

interface Message {
  readonly role: 'user' | 'assistant' | 'system';
  readonly content: string;
  /** It is text alone. */
  readonly isWhole: boolean;
}

const NOT_TEXT = 'its messages have other parts than text, such as an image, which rankers and metrics do not see.';

/**
 * Battles of two models in whole conversations, as of MT-Bench and the Arena. In MT-Bench both conversations have two
 * turns, and `turn` says up to which one was judged.
 */
export const conversationBattles = defineDataSet({
  name: 'conversation-battles',
  matches: (row) => Array.isArray(row['conversation_a']) && Array.isArray(row['conversation_b']),
  toRow: (row) => {
    const { turn, id, question_id: questionId, judge } = row;
    const number = numberOf(turn) ?? 0;
    const turns = number >= 1 ? number : Number.POSITIVE_INFINITY;
    const [a, b] = [messagesOf(row, 'conversation_a', turns), messagesOf(row, 'conversation_b', turns)];
    const models = [textOf(row, 'model_a'), textOf(row, 'model_b')];
    const verdict = readPairLabel(
      { winner: row['winner'] },
      models.map((model) => ({ model })),
      () => {},
    );
    if (verdict === undefined) throw refuse('winner', row['winner'], 'model_a, model_b or tie');
    const shared = sharedLength(a, b);
    if (shared === 0) throw refuse('conversation_b', b[0]?.content, 'the same first message as in conversation_a');
    const numbered = [questionId ?? id, isAbsent(turn) ? undefined : `turn ${String(turn)}`, judgeOf(judge)];
    return {
      id: typeof id === 'string' ? id : numbered.filter((part) => part !== undefined).join(' '),
      ...(shared === 1 && a[0]?.role === 'user'
        ? { instruction: a[0].content }
        : { messages: a.slice(0, shared).map(({ role, content }) => ({ role, content })) }),
      candidates: [a, b].map((messages, index) => ({ text: transcript(messages.slice(shared)), model: models[index] })),
      verdicts: [verdict],
      category: ['category', 'language'].map((name) => row[name]).find((value) => typeof value === 'string'),
      notes: [a, b].some((messages) => messages.some(({ isWhole }) => !isWhole)) ? [NOT_TEXT] : [],
    };
  },
});

function judgeOf(judge: unknown): string | undefined {
  const name = Array.isArray(judge) ? judge[0] : judge;
  return typeof name === 'string' ? name : undefined;
}

function messagesOf(row: UnknownObject, field: string, turns: number): readonly Message[] {
  const list = row[field] as readonly unknown[];
  const messages = list.map((item, index): Message => {
    const known = isObject(item) ? item : {};
    const { role, content } = known;
    const parts = Array.isArray(content) ? content.map(partOf) : undefined;
    const text = parts === undefined ? content : parts.map((part) => part.text).join('');
    if ((role !== 'user' && role !== 'assistant' && role !== 'system') || typeof text !== 'string') {
      throw refuse(`${field}[${index}]`, item, '{"role": "user" or "assistant", "content": text}');
    }
    return { role, content: text, isWhole: parts?.every(({ isText }) => isText) ?? true };
  });
  let asked = 0;
  const end = messages.findIndex(({ role }) => role === 'user' && (asked += 1) > turns);
  return end === -1 ? messages : messages.slice(0, end);
}

function partOf(part: unknown): { readonly text: string; readonly isText: boolean } {
  const known = isObject(part) ? part : {};
  if (typeof known['text'] === 'string') return { text: known['text'], isText: true };
  return { text: `[${typeof known['type'] === 'string' ? known['type'] : 'part'}]`, isText: false };
}

/** How many messages are the same, up to the last one of the user among them. */
function sharedLength(a: readonly Message[], b: readonly Message[]): number {
  const differs = a.findIndex(({ role, content }, index) => b[index]?.role !== role || b[index].content !== content);
  const common = a.slice(0, differs === -1 ? a.length : differs);
  return common.findLastIndex(({ role }) => role === 'user') + 1;
}
