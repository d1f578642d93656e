import { isDeepStrictEqual } from 'node:util';
import type { DataRecord, RecordCandidate, RecordMessage } from '../record.ts';
import { ValueProblem } from './problems.ts';
import type { RawCandidate } from './raw-candidate.ts';
import { textsOf } from './texts.ts';
import { questionOf, type RawQuestion, toQuestion } from './question.ts';

/** Question and texts of a record, also where the question stands only in the answers. */
export function joinQuestion(
  question: RawQuestion | undefined,
  given: readonly RawCandidate[],
): Pick<DataRecord, 'question' | 'candidates' | 'conversations'> | undefined {
  const raws = withTurns(given, question).map((raw) => withMessages(raw, question));
  const lists = raws.map(({ messages }) => messages);
  if (!lists.every((list) => list !== undefined)) {
    if (question === undefined) return undefined;
    return {
      question: toQuestion(question),
      // Among plain texts, the last message of a conversation is the answer.
      candidates: raws.map((raw) => withText(raw, raw.text ?? raw.messages?.at(-1)?.content ?? '')),
    };
  }

  const isAnswerOnly = lists[0]?.[0]?.role === 'assistant';
  if (isAnswerOnly && question === undefined) return undefined;
  const asked = isAnswerOnly ? questionMessages(question) : [];
  const whole = lists.map((list) => [...asked, ...list]);
  const shared = sharedLength(whole);
  const start = whole[0]?.slice(0, shared) ?? [];
  if (!start.some(({ role }) => role === 'user')) {
    throw new ValueProblem(
      'the conversations do not begin with the same message of the user, so they do not answer the same question.',
    );
  }
  const rests = whole.map((list) => list.slice(shared));
  const unanswered = rests.findIndex(({ length }) => length === 0);
  if (unanswered !== -1) throw new ValueProblem(`conversation ${unanswered + 1} does not end with an answer.`);
  const isPlain = rests.every(([first, ...more]) => first?.role === 'assistant' && more.length === 0);
  return {
    question:
      asked.length > 0 && isPlain && question !== undefined
        ? toQuestion(question)
        : questionOf(start, question?.system),
    candidates: raws.map((raw, index) => withText(raw, transcript(rests[index] ?? []))),
    ...(!isPlain && haveSameUser(whole) ? { conversations: whole } : {}),
  };
}

function withText({ model, rank, score, isChosen }: RawCandidate, text: string): RecordCandidate {
  return { text, model, rank, score, ...(isChosen === undefined ? {} : { isChosen }) };
}

/** The answers as lists of texts, where the question is one and they are all JSON of lists as long. */
function withTurns(given: readonly RawCandidate[], question: RawQuestion | undefined): readonly RawCandidate[] {
  if (question?.isList !== true) return given;
  const lists = given.map(({ text, turns }) => turns ?? textsOf(text));
  return lists.every((list) => list?.length === question.turns?.length)
    ? given.map((raw, index) => ({ ...raw, turns: lists[index] }))
    : given;
}

/** Answers to several turns, with the questions between them. */
function withMessages(raw: RawCandidate, question: RawQuestion | undefined): RawCandidate {
  const { turns } = raw;
  const asked = question?.turns;
  if (turns === undefined) return raw;
  if (turns.length === 1 || asked?.length !== turns.length) return { ...raw, text: turns.join('\n\n') };
  return {
    ...raw,
    messages: asked.flatMap((content, index): RecordMessage[] => [
      { role: 'user', content },
      { role: 'assistant', content: turns[index] ?? '' },
    ]),
  };
}

function questionMessages(question: RawQuestion | undefined): readonly RecordMessage[] {
  if (question === undefined) return [];
  if (question.messages !== undefined) {
    return question.messages.slice(0, question.messages.findLastIndex(({ role }) => role === 'user') + 1);
  }
  return [
    {
      role: 'user',
      content: [...(question.turns ?? []), ...(question.input === undefined ? [] : [question.input])].join('\n\n'),
    },
  ];
}

/** How many messages all have in common, up to the last one of the user among them. */
function sharedLength(lists: readonly (readonly RecordMessage[])[]): number {
  const [first = [], ...others] = lists;
  const differs = first.findIndex((message, index) => others.some((list) => !isDeepStrictEqual(list[index], message)));
  const common = differs === -1 ? first.length : differs;
  return first.slice(0, common).findLastIndex(({ role }) => role === 'user') + 1;
}

function haveSameUser(lists: readonly (readonly RecordMessage[])[]): boolean {
  const [first = [], ...others] = lists.map((list) => list.filter(({ role }) => role !== 'assistant'));
  return (
    others.every((list) => isDeepStrictEqual(list, first)) && lists.every((list) => list.at(-1)?.role === 'assistant')
  );
}

/** One answer as it is, several messages with their speakers. */
function transcript(messages: readonly RecordMessage[]): string {
  const [only] = messages;
  if (only !== undefined && messages.length === 1 && only.role === 'assistant') return only.content;
  return messages.map(({ role, content }) => `${role === 'user' ? 'User' : 'Assistant'}: ${content}`).join('\n\n');
}
