import { closeSync, fchmodSync, fstatSync, openSync, writeSync } from 'node:fs';
import { InvalidArgumentError, type TraceRecord } from '../index.ts';
import { redactSecrets } from '../util/error-message.ts';
import { writeProblem } from './errors.ts';
import { formatDuration } from './render/format.ts';
import { cleanText } from './render/text.ts';

/** Prompts and replies are for nobody but who asked for them. */
const OWNER_ONLY = 0o600;

/** Where `--trace` writes. */
export interface TraceFile extends Disposable {
  write(record: TraceRecord): void;
}

/**
 * Opens `--trace`: a file of JSON lines, which grows. Each line is handed to the system at once, so that a run that is
 * killed leaves what it did. Keys are blanked out.
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
function redact(_key: string, value: unknown): unknown {
  if (typeof value === 'string') return redactSecrets(value);
  if (value instanceof Uint8Array) return `[${value.length} bytes]`;
  // JSON has no word for it: no opinion.
  if (typeof value === 'number' && !Number.isFinite(value)) return null;
  return value;
}

type Prompt = Extract<TraceRecord, { readonly type: 'call' }>['prompt'];

/** A record for a person, as `--verbose` shows it. */
export function traceText(record: TraceRecord): string {
  return cleanText(redactSecrets([`--- ${head(record)}`, ...body(record)].join('\n')));
}

function head(record: TraceRecord): string {
  const what = [record.phase, record.candidate === undefined ? undefined : `#${record.candidate}`];
  const said = what.filter((part) => part !== undefined).join(' ');
  switch (record.type) {
    case 'call': {
      const { model, timings, usage, finishReason, cached } = record;
      const tokens = [
        usage.inputTokens === undefined ? undefined : `${usage.inputTokens} tokens read`,
        usage.outputTokens === undefined ? undefined : `${usage.outputTokens} written`,
      ];
      const facts = [cached ? 'no call: known before' : formatDuration(timings.totalMs), ...tokens, finishReason];
      return `${said} ${model}: ${facts.filter((fact) => fact !== undefined).join(', ')}`.trim();
    }
    case 'score':
      return `${said} ${record.model}: ${formatDuration(record.timings.totalMs)}, scored`.trim();
    case 'comparison': {
      const verdict = record.verdict === undefined ? '' : `, ${record.verdict}`;
      return `${said} ${record.ranker}: logit ${record.logit.toFixed(2)}${verdict}`.trim();
    }
    default:
      return record satisfies never;
  }
}

function body(record: TraceRecord): readonly string[] {
  switch (record.type) {
    case 'call':
      return [
        ...promptLines(record.prompt),
        ...section('reasoning', record.reasoning),
        ...section('reply', record.reply),
        ...section('error', record.error),
      ];
    case 'score':
      return [
        ...promptLines(record.prompt),
        ...record.continuations.map(
          (text, index) => `[${record.logProbabilities?.[index]?.toFixed(2) ?? '?'}] ${text}`,
        ),
        ...section('error', record.error),
      ];
    case 'comparison':
      return [...section('left', record.left), ...section('right', record.right), ...section('reply', record.rawText)];
    default:
      return record satisfies never;
  }
}

function promptLines(prompt: Prompt): readonly string[] {
  return prompt.flatMap(({ role, content }) =>
    section(
      role,
      typeof content === 'string'
        ? content
        : content.map((part) => (part.type === 'text' ? part.text : `[${part.type}]`)).join(''),
    ),
  );
}

function section(name: string, text: string | undefined): readonly string[] {
  return text === undefined ? [] : [`${name}: ${text}`];
}
