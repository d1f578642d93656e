import stringWidth from 'string-width';
import type { EstimatedCalls, EstimatedPhase, EstimateRange, WorkEstimate } from '../../index.ts';
import { toJson } from '../../records/index.ts';
import type { Output } from '../io/output.ts';
import { lineColumns } from '../io/terminal.ts';
import { formatDollars } from './format.ts';
import { oneLine, tableLines, wrapText } from './text.ts';

const PHASES = {
  generate: 'answers',
  rank: 'ranking',
  analyse: 'analysis',
  fuse: 'fusion',
  check: 'check',
} as const satisfies Record<EstimatedPhase, string>;

const HEAD = ['for', 'model', 'calls', 'tokens read', 'tokens written', 'cost'];

/** What `--estimate` prints: a table, a list where that is too wide for a terminal, or JSON. */
export function estimateText(
  estimate: WorkEstimate,
  { json, stdout }: { json: boolean | undefined; stdout: Output },
): string {
  if (json === true) return `${toJson(estimate)}\n`;
  const columns = stdout.isTerminal ? lineColumns(stdout.stream) : Infinity;
  return `${estimateLines(estimate, columns).join('\n')}\n`;
}

function estimateLines(estimate: WorkEstimate, columns: number): readonly string[] {
  const { parts, unknownPrices } = estimate;
  if (parts.length === 0) return ['No calls to language models: this costs nothing.'];
  const rows = [
    ...parts.map((part) => [PHASES[part.phase], part.models.map(oneLine).join(' or '), ...figures(part)]),
    ['all', '', ...figures(estimate)],
  ];
  const table = tableLines([HEAD, ...rows], { rightAligned: [2, 3, 4, 5] }).map((line) => line.trimEnd());
  const isNarrow = table.some((line) => stringWidth(line) > columns);
  const notes = [
    'At most: answers as long as they may be, judgements asked for twice. Calls repeated after failures come on top.',
    ...(unknownPrices.length === 0
      ? []
      : [
          `The cost is without ${unknownPrices.map(oneLine).join(', ')}: give the price in the configuration, under prices.`,
        ]),
  ];
  return [...(isNarrow ? rows.map(listed) : table), ...notes].flatMap((line) =>
    columns === Infinity ? line : wrapText(line, columns),
  );
}

/** A row of the table as a sentence. */
function listed([purpose = '', model = '', calls = '', read = '', written = '', cost = '']: readonly string[]): string {
  const about = model === '' ? purpose : `${purpose}, ${model}`;
  return `${about}: calls ${calls}, tokens read ${read}, tokens written ${written}, cost ${cost}`;
}

function figures({
  calls,
  inputTokens,
  outputTokens,
  cost,
}: Pick<EstimatedCalls, 'calls' | 'inputTokens' | 'outputTokens' | 'cost'>): readonly string[] {
  return [count(calls), count(inputTokens), count(outputTokens), cost === undefined ? 'unknown' : range(cost, dollars)];
}

function range({ atLeast, atMost }: EstimateRange, format: (value: number) => string): string {
  const [low, high] = [format(atLeast), format(atMost)];
  return low === high ? low : `${low} to ${high}`;
}

function count(values: EstimateRange): string {
  return range(values, (value) => Math.ceil(value).toLocaleString('en-US'));
}

function dollars(amount: number): string {
  return amount === 0 ? '$0' : formatDollars(amount);
}
