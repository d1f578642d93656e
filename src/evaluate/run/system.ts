import { createHash } from 'node:crypto';
import type { JsonValue } from '../../batch/index.ts';
import type { Example } from '../data/example.ts';

/** What is evaluated, or helps to evaluate: it does the same with each example, and the answers are kept in a job. */
export interface System {
  readonly kind: 'ranker' | 'judge' | 'blend' | 'blend-judge';
  /** Of the ranker or the blend. Unique among those of its kind. */
  readonly name: string;
  readonly work: (example: Example, abortSignal: AbortSignal) => Promise<object>;
  /** What its answers depend on, besides the data. */
  readonly configuration: Readonly<Record<string, JsonValue>>;
}

/** The folder of the job of a system, inside of that of the run. */
export function systemFolder({ kind, name }: Pick<System, 'kind' | 'name'>): string {
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40);
  return `jobs/${kind}-${slug}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}
