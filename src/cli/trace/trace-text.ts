import type { TraceRecord } from '../../index.ts';
import { redactSecrets } from '../../util/error-message.ts';
import { cleanText } from '../render/clean-text.ts';
import { formatDuration } from '../render/format.ts';

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
