import type { RecordMessage } from '../records/index.ts';
import { roundScores } from '../records/index.ts';
import { probabilityOf } from '../util/probability-of.ts';
import type { PreferencePair } from './select-pair.ts';

/** The formats of preference data, with what their lines hold. */
export const PREFERENCE_FORMATS = {
  trl: 'prompt, chosen and rejected as texts',
  'trl-implicit': 'chosen and rejected with the prompt in both',
  conversational: 'prompt, chosen and rejected as lists of messages',
  kto: 'one answer a line: prompt, completion and label (true = chosen)',
  snorkel: 'the columns of Snorkel-Mistral-PairRM-DPO-Dataset, with all answers and their scores',
} as const;

/** A key of {@link PREFERENCE_FORMATS}. */
export type PreferenceFormat = keyof typeof PREFERENCE_FORMATS;

/** How pairs become rows. */
export interface RowSettings {
  readonly format: PreferenceFormat;
  /** Lists of messages instead of texts in every format. @default false, but true for `conversational` and `snorkel` */
  readonly messages?: boolean | undefined;
  /** A column `margin` with the log-odds, which the RewardTrainer of TRL understands. @default false */
  readonly margin?: boolean | undefined;
}

/** A row of a data set. */
export type PreferenceRow = Readonly<Record<string, unknown>>;

/** Between a prompt and an answer that are one text. */
const SEPARATOR = '\n\n';

/** The rows of a pair: two in `kto`, the chosen one first; undefined where a text cannot hold the question. */
export function toRows(pair: PreferencePair, settings: RowSettings): readonly PreferenceRow[] | undefined {
  const { id, logit, scores } = pair;
  // Half of a character, as a model leaves it that stops in between, is an error to those who read the file.
  const messages = pair.messages.map(({ role, content }) => ({ role, content: content.toWellFormed() }));
  const candidates = pair.candidates.map(({ text }) => text.toWellFormed());
  const { format, margin = false } = settings;
  const isText = !usesMessages(settings);
  const prompt = messages.at(-1)?.content ?? '';
  if (isText && messages.length > 1) return undefined;
  const chosen = pair.chosen.text.toWellFormed();
  const rejected = pair.rejected.text.toWellFormed();
  const sure = roundScores({ chosen_probability: probabilityOf(logit), ...(margin ? { margin: logit } : {}) });
  // Mixed numbers and texts in one column are an error to those who read the file.
  const key = { id: String(id).toWellFormed() };
  const whole = (text: string) => [...messages, answer(text)];
  switch (format) {
    case 'trl':
    case 'conversational':
      return isText
        ? [{ ...key, prompt, chosen, rejected, ...sure }]
        : [{ ...key, prompt: messages, chosen: [answer(chosen)], rejected: [answer(rejected)], ...sure }];
    case 'trl-implicit':
      return isText
        ? [{ ...key, chosen: prompt + SEPARATOR + chosen, rejected: prompt + SEPARATOR + rejected, ...sure }]
        : [{ ...key, chosen: whole(chosen), rejected: whole(rejected), ...sure }];
    case 'kto':
      return [
        { text: chosen, label: true },
        { text: rejected, label: false },
      ].map(({ text, label }) => ({
        ...key,
        prompt: isText ? prompt : messages,
        completion: isText ? text : [answer(text)],
        label,
        ...sure,
      }));
    case 'snorkel':
      return [
        {
          prompt_id: key.id,
          prompt: prompt,
          chosen: whole(chosen),
          rejected: whole(rejected),
          all_generated_responses: candidates,
          all_rm_scores: roundScores(scores),
          ...sure,
        },
      ];
    default:
      throw new TypeError(`no such format: ${format satisfies never}`);
  }
}

/** Whether prompts and answers are lists of messages. */
export function usesMessages({ format, messages = false }: RowSettings): boolean {
  return messages || format === 'conversational' || format === 'snorkel';
}

function answer(content: string): RecordMessage {
  return { role: 'assistant', content };
}
