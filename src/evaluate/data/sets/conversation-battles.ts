import { isObject, type UnknownObject } from '../../../util/is-object.ts';
import { defineDataSet } from '../data-set.ts';
import { isAbsent, refuse, textOf } from '../row-values.ts';
import { transcript } from '../transcript.ts';
import { readPairLabel } from '../verdicts.ts';

interface Message {
  readonly role: 'user' | 'assistant' | 'system';
  readonly content: string;
}

/**
 * Battles of two models in whole conversations, as of MT-Bench and the Arena. In MT-Bench both conversations have two
 * turns, and `turn` says up to which one was judged.
 */
export const conversationBattles = defineDataSet({
  name: 'conversation-battles',
  matches: (row) => Array.isArray(row['conversation_a']) && Array.isArray(row['conversation_b']),
  toRow: (row) => {
    const { turn, id, question_id: questionId, judge } = row;
    const turns = typeof turn === 'number' && turn >= 1 ? turn : Number.POSITIVE_INFINITY;
    const [a, b] = [messagesOf(row, 'conversation_a', turns), messagesOf(row, 'conversation_b', turns)];
    const models = [textOf(row, 'model_a'), textOf(row, 'model_b')];
    const verdict = readPairLabel({ winner: row['winner'] }, models);
    if (verdict === undefined) throw refuse('winner', row['winner'], 'model_a, model_b or tie');
    const shared = sharedLength(a, b);
    if (shared === 0) throw refuse('conversation_b', b[0]?.content, 'the same first message as in conversation_a');
    const numbered = [questionId ?? id, isAbsent(turn) ? undefined : `turn ${String(turn)}`, judgeOf(judge)];
    return {
      id: typeof id === 'string' ? id : numbered.filter((part) => part !== undefined).join(' '),
      ...(shared === 1 && a[0]?.role === 'user' ? { instruction: a[0].content } : { messages: a.slice(0, shared) }),
      candidates: [a, b].map((messages, index) => ({ text: transcript(messages.slice(shared)), model: models[index] })),
      verdicts: [verdict],
      category: ['category', 'language'].map((name) => row[name]).find((value) => typeof value === 'string'),
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
    const text = Array.isArray(content)
      ? content.map((part) => (isObject(part) && typeof part['text'] === 'string' ? part['text'] : '')).join('')
      : content;
    if ((role !== 'user' && role !== 'assistant' && role !== 'system') || typeof text !== 'string') {
      throw refuse(`${field}[${index}]`, item, '{"role": "user" or "assistant", "content": text}');
    }
    return { role, content: text };
  });
  let asked = 0;
  const end = messages.findIndex(({ role }) => role === 'user' && (asked += 1) > turns);
  return end === -1 ? messages : messages.slice(0, end);
}

/** How many messages are the same, up to the last one of the user among them. */
function sharedLength(a: readonly Message[], b: readonly Message[]): number {
  const differs = a.findIndex(({ role, content }, index) => b[index]?.role !== role || b[index].content !== content);
  const common = a.slice(0, differs === -1 ? a.length : differs);
  return common.findLastIndex(({ role }) => role === 'user') + 1;
}
