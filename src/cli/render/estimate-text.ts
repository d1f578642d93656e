import type { EstimatedPhase, EstimateRange, WorkEstimate } from '../../index.ts';
import { toJson } from '../../records/index.ts';
import { formatDollars } from './format.ts';
import { oneLine, tableLines } from './text.ts';

const PHASES = {
  generate: 'answers',
  rank: 'ranking',
  analyse: 'analysis',
  fuse: 'fusion',
  check: 'check',
} as const satisfies Record<EstimatedPhase, string>;

const HEAD = ['for', 'model', 'calls', 'tokens read', 'tokens written', 'cost'];

/** What `--estimate` prints: a table, or JSON. */
export function estimateText(estimate: WorkEstimate, { json }: { json: boolean | undefined }): string {
  return json === true ? `${toJson(estimate)}\n` : `${estimateLines(estimate).join('\n')}\n`;
}

function estimateLines({
  parts,
  calls,
  inputTokens,
  outputTokens,
  cost,
  unknownPrices,
}: WorkEstimate): readonly string[] {
  if (parts.length === 0) return ['No calls to language models: this costs nothing.'];
  const rows = parts.map((part) => [
    PHASES[part.phase],
    part.models.map(oneLine).join(' or '),
    count(part.calls),
    count(part.inputTokens),
    count(part.outputTokens),
    part.cost === undefined ? 'unknown' : range(part.cost, dollars),
  ]);
  const sum = ['all', '', count(calls), count(inputTokens), count(outputTokens), range(cost, dollars)];
  const table = tableLines([HEAD, ...rows, sum], { rightAligned: [2, 3, 4, 5] });
  return [
    ...table.map((line) => line.trimEnd()),
    'At most: answers as long as they may be, judgements asked for twice. Calls repeated after failures come on top.',
    ...(unknownPrices.length === 0
      ? []
      : [
          `The cost is without ${unknownPrices.map(oneLine).join(', ')}: give the price in the configuration, under prices.`,
        ]),
  ];
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
