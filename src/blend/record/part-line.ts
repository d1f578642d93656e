import { redactSecrets } from '../../util/error-message.ts';
import type { BlendPart } from '../blend-parts.ts';
import { encodeValue } from './part-json.ts';

/** What a recording leaves out. */
export interface RecordOptions {
  /** Whether texts that look like keys are replaced by `[redacted]`. @default true */
  readonly stripKeys?: boolean | undefined;
  /** Whether the questions are left out. Answers stay, and may repeat them. @default false */
  readonly stripPrompts?: boolean | undefined;
}

/** A part as a line of JSON, with the line end. */
export function formatPart(part: BlendPart, { stripKeys = true, stripPrompts = false }: RecordOptions = {}): string {
  const shown = stripPrompts && part.type === 'blend-start' ? { ...part, question: '' } : part;
  return `${JSON.stringify(encodeValue(shown, stripKeys ? redactSecrets : (text) => text))}\n`;
}
