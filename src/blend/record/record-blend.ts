import { errorMessage } from '../../util/error-message.ts';
import type { BlendPart } from '../blend-parts.ts';
import { formatPart, type RecordOptions } from './part-line.ts';

/**
 * The parts of a blend, or of a session, as lines of JSON: for a bug report, a demo or a test, which `replayBlend` plays
 * without any model. A blend that fails ends with a part that says why. No key is in it, unless `stripKeys` is false.
 *
 * @example
 * import { writeFile } from 'node:fs/promises';
 * await writeFile('blend.jsonl', recordBlend(streamBlend({ prompt: 'Why is the sky blue?' })));
 */
export async function* recordBlend(
  parts: AsyncIterable<BlendPart>,
  options: RecordOptions = {},
): AsyncGenerator<string, void, undefined> {
  let last = { seq: 0, at: 0 };
  try {
    for await (const part of parts) {
      last = part;
      yield formatPart(part, options);
    }
  } catch (error) {
    yield formatPart({ seq: last.seq + 1, at: last.at, type: 'blend-error', message: errorMessage(error) }, options);
  }
}
