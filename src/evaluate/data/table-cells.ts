import { unpackCell } from '../../records/index.ts';
import type { UnknownObject } from '../../util/is-object.ts';

/** Fields that hold a list or an object in every data set that has them. */
const CONTAINERS = [
  'candidates',
  'conversation_a',
  'conversation_b',
  'completions',
  'info',
  'labels',
  'models',
  'references',
  'source',
  'summaries',
  'targets',
  'target_scores',
  'turns',
  'verdicts',
];

/** The row of a table with the JSON in its cells: CSV has no lists of its own. Answers are left as they are. */
export function unpackRow(row: UnknownObject): UnknownObject {
  const names = [
    ...CONTAINERS,
    // In RewardBench 2 these are lists, and elsewhere each is an answer, which may be JSON itself.
    ...('num_correct' in row && 'total_completions' in row ? ['chosen', 'rejected'] : []),
    // In WebGPT.
    ...('quotes_0' in row ? ['question'] : []),
  ];
  const unpacked = names.flatMap((name) => {
    const value = unpackCell(row[name]);
    return value === row[name] ? [] : [[name, value] as const];
  });
  return unpacked.length === 0 ? row : { ...row, ...Object.fromEntries(unpacked) };
}
