import { errorMessage } from '../../util/error-message.ts';
import type { DataRecord, Question } from '../record.ts';
import { readRecords } from '../read-records.ts';
import { parseFieldMap } from '../shapes/field-map.ts';

/** A file by its name and its content; JSON values are written as JSON on one line. */
export type TestFile = readonly [name: string, content: string | Uint8Array | object];

/** What is read from files, a line for each record: `id: question => answer | answer`, with `[model]` before an answer. */
export async function readFiles(
  files: readonly TestFile[],
  { form, map = [] }: { form?: 'candidates' | 'pair'; map?: readonly string[] } = {},
): Promise<string> {
  const lines: string[] = [];
  const sources = files.map(([name, content]) => ({ name, chunks: chunksOf(content) }));
  try {
    const items = readRecords({
      sources,
      form,
      map: parseFieldMap(map),
      onWarning: (message) => lines.push(`warning: ${message}`),
    });
    for await (const item of items) {
      lines.push('record' in item ? recordLine(item.record, item.place.number) : `error: ${errorMessage(item.error)}`);
    }
  } catch (error) {
    lines.push(`failed: ${errorMessage(error)}`);
  }
  return lines.join('\n');
}

/** Pieces that cut texts and characters anywhere. */
async function* chunksOf(content: string | Uint8Array | object) {
  const isText = typeof content === 'string' || content instanceof Uint8Array;
  const bytes = Buffer.from(isText ? content : JSON.stringify(content));
  for (let start = 0; start < bytes.length; start += 7) yield bytes.subarray(start, start + 7);
}

function recordLine({ id, question, candidates, conversations }: DataRecord, number: number): string {
  const answers = candidates.map(({ text, model }) => `${model === undefined ? '' : `[${model}] `}${text}`);
  const mark = conversations === undefined ? '' : ' (conversations)';
  return `${id === undefined ? `#${number}` : JSON.stringify(id)}: ${questionText(question)} => ${answers.join(' | ')}${mark}`;
}

function questionText(question: Question): string {
  const system = question.system === undefined ? '' : `{${question.system}} `;
  if ('messages' in question)
    return system + question.messages.map(({ role, content }) => `${role}:${content}`).join(' ');
  return `${system}${question.instruction}${question.input === undefined ? '' : ` + ${question.input}`}`;
}
