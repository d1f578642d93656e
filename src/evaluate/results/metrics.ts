import { InvalidArgumentError } from '../../error/index.ts';
import { bleuMetric, chrfMetric, loadBertScore, rougeMetric, type TextMetric } from '../../measures/index.ts';
import { suggest } from '../../util/suggest.ts';
import type { EvaluationMetric } from './metric.ts';

/** The metrics that come with the package, by name. All hold answers against references. */
const BUILT_IN: Readonly<Record<string, { readonly label: string; readonly create: () => TextMetric }>> = {
  rouge1: { label: 'ROUGE-1', create: () => rougeMetric('rouge1') },
  rouge2: { label: 'ROUGE-2', create: () => rougeMetric('rouge2') },
  rougeL: { label: 'ROUGE-L', create: () => rougeMetric('rougeL') },
  rougeLsum: { label: 'ROUGE-Lsum', create: () => rougeMetric('rougeLsum') },
  bleu: { label: 'BLEU', create: () => bleuMetric() },
  chrf: { label: 'chrF', create: () => chrfMetric() },
  'chrf++': { label: 'chrF++', create: () => chrfMetric({ wordOrder: 2 }) },
};

/** Names of the metrics that come with the package. */
export const METRIC_NAMES: readonly string[] = Object.keys(BUILT_IN);

/** The metrics of an evaluation where none are named. */
export const DEFAULT_METRICS: readonly string[] = ['rougeL', 'rouge2', 'bleu', 'chrf'];

const BERT_SCORE = /^bertscore:(.+)$/s;

/**
 * A metric by its name: one of {@link METRIC_NAMES}, or `bertscore:FOLDER` with an encoder in the format of Hugging Face.
 *
 * @throws InvalidArgumentError for another name, and what loading an encoder throws.
 */
export async function resolveMetric(name: string): Promise<EvaluationMetric> {
  const folder = BERT_SCORE.exec(name)?.[1];
  if (folder !== undefined) return toMetric(await loadBertScore({ folder }), 'BERTScore');
  const known = BUILT_IN[name];
  if (known !== undefined) return toMetric(known.create(), known.label);
  throw new InvalidArgumentError({
    parameter: 'metric',
    value: name,
    message: `expected ${METRIC_NAMES.join(', ')}, bertscore:FOLDER, or a file that exports one.${suggest(name, METRIC_NAMES)}`,
  });
}

function toMetric(metric: TextMetric, label: string): EvaluationMetric {
  const { name, signature } = metric;
  return {
    name,
    label,
    signature,
    better: 'higher',
    needsReferences: true,
    score: (answers, options) => metric.score(answers, options),
  };
}
