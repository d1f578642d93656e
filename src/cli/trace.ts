import { closeSync, fchmodSync, fstatSync, openSync, writeSync } from 'node:fs';
import { InvalidArgumentError, type TraceRecord } from '../index.ts';
import { redactSecrets } from '../util/error-message.ts';
import { writeProblem } from './errors.ts';
import { formatDuration } from './render/format.ts';
import { cleanText } from './render/text.ts';

/** Prompts and replies are private. */
const OWNER_ONLY = 0o600;

/** Where `--trace` writes. */
export interface TraceFile extends Disposable {
  write(record: TraceRecord): void;
}

/**
 * Opens `--trace`: a file of JSON lines, which grows. Each line is handed to the system at once, so that a run that is
 * killed leaves what it did. Keys are redacted.
 *
 * @throws InvalidArgumentError where the file cannot be written.
 */
export function openTraceFile(path: string): TraceFile {
  const file = openToAppend(path);
  let isOpen = true;
  return {
    write(record) {
      // A call that was left may end after everything else, when the number of the file is that of another.
      if (isOpen) writeSync(file, `${JSON.stringify(record, redact)}\n`);
    },
    [Symbol.dispose]() {
      isOpen = false;
      closeSync(file);
    },
  };
}

function openToAppend(path: string): number {
  try {
    const file = openSync(path, 'a', OWNER_ONLY);
    // Also where it was there before, but not where it is a terminal or a pipe.
    if (fstatSync(file).isFile()) fchmodSync(file, OWNER_ONLY);
    return file;
  } catch (error) {
    throw new InvalidArgumentError({ parameter: '--trace', value: path, message: writeProblem(error) });
  }
}

/** Texts without keys; bytes, which are of pictures and the like, as their number. */
function redact(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  // A buffer has become a list of numbers by now.
  const held = this[key];
  if (typeof value === 'string') return redactSecrets(value);
  if (held instanceof Uint8Array) return `[${held.length} bytes]`;
  // JSON has no word for it: no opinion.
  if (typeof value === 'number' && !Number.isFinite(value)) return null;
  return value;
}

/** A record for a person, as `--verbose` shows it. */
export function traceText(record: TraceRecord): string {
  const { name, facts, sections } = describe(record);
  const candidate = record.candidate === undefined ? undefined : `#${record.candidate}`;
  const head = `--- ${[record.phase, candidate, name].filter(isDefined).join(' ')}: ${facts.filter(isDefined).join(', ')}`;
  const body = sections.flatMap(([title, text]) => (text === undefined ? [] : [`${title} ${text}`]));
  return cleanText(redactSecrets([head, ...body].join('\n')));
}

/** Model or ranker, what is worth knowing on one line, and texts with their titles. */
interface RecordTexts {
  readonly name: string;
  readonly facts: readonly (string | undefined)[];
  readonly sections: readonly (readonly [title: string, text: string | undefined])[];
}

function describe(record: TraceRecord): RecordTexts {
  switch (record.type) {
    case 'call': {
      const { model, prompt, timings, usage, finishReason, cached, reasoning, reply, error } = record;
      return {
        name: model,
        facts: [
          cached ? 'no call: known before' : formatDuration(timings.totalMs),
          usage.inputTokens === undefined ? undefined : `${usage.inputTokens} tokens read`,
          usage.outputTokens === undefined ? undefined : `${usage.outputTokens} written`,
          finishReason,
        ],
        sections: [...promptSections(prompt), ['reasoning:', reasoning], ['reply:', reply], ['error:', error]],
      };
    }
    case 'score': {
      const { model, prompt, timings, continuations, logProbabilities, error } = record;
      const scored = continuations.map(
        (text, index) => [`[${logProbabilities?.[index]?.toFixed(2) ?? '?'}]`, text] as const,
      );
      return {
        name: model,
        facts: [formatDuration(timings.totalMs), 'scored'],
        sections: [...promptSections(prompt), ...scored, ['error:', error]],
      };
    }
    case 'comparison': {
      const { ranker, logit, verdict, left, right, rawText } = record;
      return {
        name: ranker,
        facts: [`logit ${logit.toFixed(2)}`, verdict],
        sections: [
          ['left:', left],
          ['right:', right],
          ['reply:', rawText],
        ],
      };
    }
    default:
      return record satisfies never;
  }
}

type CallPrompt = Extract<TraceRecord, { readonly type: 'call' }>['prompt'];
type PromptContent = CallPrompt[number]['content'];

function promptSections(prompt: CallPrompt): RecordTexts['sections'] {
  return prompt.map(({ role, content }) => [
    `${role}:`,
    typeof content === 'string' ? content : content.map(partText).join(''),
  ]);
}

function partText(part: Exclude<PromptContent, string>[number]): string {
  if (part.type === 'text') return part.text;
  if (part.type !== 'file') return `[${part.type}]`;
  return `[${part.mediaType}${part.filename === undefined ? '' : `: ${part.filename}`}]`;
}

function isDefined<VALUE>(value: VALUE | undefined): value is VALUE {
  return value !== undefined;
}
