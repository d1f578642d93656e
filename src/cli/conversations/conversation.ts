import type { FilePart, ModelMessage } from 'ai';
import { z } from 'zod';

const attachedFileSchema = z.object({ mediaType: z.string(), filename: z.string().optional(), data: z.base64() });

const turnSchema = z.object({
  text: z.string(),
  files: z.array(attachedFileSchema).optional(),
  answer: z.string(),
});

/** What is in the file of a conversation. */
export const conversationSchema = z.object({
  version: z.literal(1),
  system: z.string().optional(),
  /** The oldest first. */
  turns: z.array(turnSchema).min(1),
});

/** A question and its answer. */
export type Turn = z.infer<typeof turnSchema>;

/** Earlier turns, and the system message that goes with them. */
export type Conversation = z.infer<typeof conversationSchema>;

/** A question: its text, and files that go along. */
export interface UserQuestion {
  readonly text: string;
  readonly files: readonly FilePart[];
}

/** The question of a user as a message. */
export function questionMessage({ text, files }: UserQuestion): ModelMessage & { role: 'user' } {
  return { role: 'user', content: files.length === 0 ? text : [...files, { type: 'text', text }] };
}

/** The turns as messages. */
export function turnMessages({ turns }: Pick<Conversation, 'turns'>): readonly ModelMessage[] {
  return turns.flatMap(({ text, files = [], answer }) => [
    questionMessage({ text, files: files.map(toFilePart) }),
    { role: 'assistant', content: answer },
  ]);
}

/** A question and its answer as they are kept. */
export function toTurn({ text, files }: UserQuestion, answer: string): Turn {
  if (files.length === 0) return { text, answer };
  return { text, files: files.map(toAttachedFile), answer };
}

function toFilePart({ filename, ...file }: z.infer<typeof attachedFileSchema>): FilePart {
  return { type: 'file', ...file, ...(filename === undefined ? {} : { filename }) };
}

function toAttachedFile({ data, mediaType, filename }: FilePart): z.infer<typeof attachedFileSchema> {
  if (!(data instanceof Uint8Array)) throw new TypeError('A file of the command line has bytes.');
  return { mediaType, filename, data: Buffer.from(data).toString('base64') };
}

/**
 * Shortens a conversation to a number of characters of JSON: files go first, then whole turns, the oldest first.
 *
 * @returns also how many turns lost a file or are gone.
 */
export function fitTurns(turns: readonly Turn[], limit: number): { turns: readonly Turn[]; shortened: number } {
  const sizes = turns.map((turn) => JSON.stringify(turn).length);
  const kept = [...turns];
  let size = sizes.reduce((sum, one) => sum + one, 0);
  const touched = new Set<number>();
  for (const [index, turn] of turns.entries()) {
    if (size <= limit || turn.files === undefined) continue;
    const names = turn.files.map(({ filename, mediaType }) => `[${filename ?? mediaType}]`).join('\n');
    const { files: _, ...rest } = turn;
    const shorter = { ...rest, text: `${names}\n\n${turn.text}` };
    const shorterSize = JSON.stringify(shorter).length;
    size += shorterSize - (sizes[index] ?? 0);
    sizes[index] = shorterSize;
    kept[index] = shorter;
    touched.add(index);
  }
  let gone = 0;
  while (size > limit && gone < kept.length) {
    size -= sizes[gone] ?? 0;
    touched.add(gone);
    gone += 1;
  }
  return { turns: kept.slice(gone), shortened: touched.size };
}
