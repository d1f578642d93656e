import { type BlendResult, type CallFailure, isHiddenFileWarning } from '../../index.ts';
import { callCounts } from '../call-counts.ts';
import { oneLine, shortLine } from '../render/text.ts';
import { explanationLines, rankingTable } from '../render/ranking-tables.ts';
import { formatCount, formatDollars, formatDuration } from '../render/format.ts';

/** What stays on the screen of a blend when it is over, besides the answer. */
export interface AskSummary {
  readonly table: readonly string[];
  /** How the ranking came about, if requested. */
  readonly explanation: readonly string[];
  /** What went wrong or should be known. */
  readonly warnings: readonly string[];
  /** Which text is the answer and why, and what it took. */
  readonly outcome: readonly string[];
}

/** The summary of a blend; the table fits into `columns`. Failures in the `reported` phases have been shown already. */
export function summarize(
  result: BlendResult,
  options: { columns: number; explain?: boolean; reported?: readonly CallFailure['phase'][] },
): AskSummary {
  const { columns, explain = false, reported = [] } = options;
  const { candidates, comparisons, failures, warning, lowQuality, truncated, decision, decisionReason } = result;
  return {
    table: rankingTable(candidates, { comparisons, columns }),
    explanation: explain ? explainRanking(result, columns) : [],
    warnings: [
      ...failureLines(failures.filter(({ phase }) => !reported.includes(phase))),
      ...hiddenFileLines(result),
      ...(warning === undefined ? [] : [`Warning: ${oneLine(warning)}`]),
      ...(lowQuality ? ['Warning: the judge found every answer bad.'] : []),
      ...cutLines(result),
      ...(truncated ? ['Warning: a text was too long and was shortened in the middle for comparing or fusing.'] : []),
    ],
    outcome: [
      `Answer: ${decision === 'fused' ? 'fused' : 'best candidate'}. ${oneLine(decisionReason)}`,
      spent(result),
    ],
  };
}

/** The same lines as those of `rank --explain`; candidates are counted best first. */
function explainRanking({ candidates, explanation, positionBias }: BlendResult, columns: number): readonly string[] {
  if (explanation === undefined) return ['There is no ranking to explain.'];
  return explanationLines(
    {
      explanation,
      positionBias,
      order: [...candidates.keys()],
      ranks: candidates.map(({ rank }) => rank ?? 0),
      scores: candidates.map(({ score }) => score ?? 0),
    },
    { title: '', candidates: candidates.map(({ model, sample, text }) => `${model}#${sample}: ${text}`), columns },
  );
}

const PHASES = {
  generate: 'answer',
  rank: 'rank',
  analyse: 'analyse the candidates',
  fuse: 'fuse',
  check: 'check the fused answer',
  compare: 'compare two answers',
} as const satisfies Record<CallFailure['phase'], string>;

/** The samples of a model mostly fail for the same reason, which is said once. */
function failureLines(failures: readonly CallFailure[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { model, phase, message } of failures) {
    const line = `${oneLine(model)} failed to ${PHASES[phase]}: ${shortLine(message)}`;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return [...counts].map(([line, count]) => (count === 1 ? line : `${line} (${count} times)`));
}

/** Which models were not shown an image or file, once for each model. */
function hiddenFileLines({ candidates, fused }: BlendResult): readonly string[] {
  const answers = [...candidates, ...(fused === undefined ? [] : [{ model: fused.fuser, warnings: fused.warnings }])];
  const lines = answers.flatMap(({ model, warnings = [] }) =>
    warnings
      .filter(isHiddenFileWarning)
      .map(({ feature, details = '' }) => `Warning: ${oneLine(model)} has no ${feature}. ${oneLine(details)}`),
  );
  return [...new Set(lines)];
}

/** Answers that ended at the limit of their length look whole otherwise. */
function cutLines({ candidates, fused, decision }: BlendResult): readonly string[] {
  const isCut = (answer: { readonly finishReason: string } | undefined) => answer?.finishReason === 'length';
  const count = candidates.filter(isCut).length;
  const isAnswerCut = isCut(decision === 'fused' ? fused : candidates[0]);
  const candidatesCut = `${count} of ${formatCount(candidates.length, 'candidate')} ${count === 1 ? 'was' : 'were'} cut`;
  return [
    ...(count === 0 ? [] : [`Warning: ${candidatesCut} at the limit of length. Raise --max-tokens.`]),
    ...(isAnswerCut ? ['Warning: the answer itself was cut at the limit of length.'] : []),
  ];
}

function spent({ usage, timings }: BlendResult): string {
  const { savedCalls, inputTokens, outputTokens, cost } = usage;
  const { rankerPasses, modelCalls } = callCounts(usage);
  const tokens =
    inputTokens === undefined || outputTokens === undefined
      ? []
      : [`${formatCount(inputTokens, 'token')} read`, `${outputTokens.toLocaleString('en-US')} written`];
  const passes = rankerPasses === 0 ? [] : [formatCount(rankerPasses, 'ranker pass', 'ranker passes')];
  const saved = savedCalls === undefined ? [] : [`${formatCount(savedCalls, 'answer')} without a call`];
  const price = cost === undefined ? ['cost unknown'] : cost === 0 ? [] : [formatDollars(cost)];
  const calls = formatCount(modelCalls, 'call');
  return [formatDuration(timings.totalMs), calls, ...passes, ...saved, ...tokens, ...price].join(', ');
}
