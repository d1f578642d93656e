import { expect, test } from 'vitest';
import {
  InvalidArgumentError,
  ModelNotFoundError,
  NoCandidatesError,
  RankerError,
  WeightsUnavailableError,
} from '../index.ts';
import { exitCodeOf } from './errors.ts';

const invalid = (parameter: string) => new InvalidArgumentError({ parameter, value: 0, message: 'no.' });
const errors = {
  ranker: invalid('ranker'),
  candidate: invalid('candidates[3]'),
  instruction: invalid('instruction'),
  model: new ModelNotFoundError({ reference: 'x', hint: '' }),
  weights: new WeightsUnavailableError({ reference: 'x', tried: [], suggestions: [] }),
  failedRanker: new RankerError({ ranker: 'x', reason: 'y' }),
  noCandidates: new NoCandidatesError({ failures: [] }),
  other: new TypeError('x'),
};

test('what cannot be used on the command line is 2, what failed is 1', () => {
  expect(Object.entries(errors).map(([name, error]) => `${name} ${exitCodeOf(error)}`)).toEqual([
    'ranker 2',
    'candidate 2',
    'instruction 2',
    'model 2',
    'weights 1',
    'failedRanker 1',
    'noCandidates 1',
    'other 1',
  ]);
});
