import { probabilityOf } from '../../compare/index.ts';
import { combinedLogit, type LogitMatrix } from '../logit-matrix.ts';

/**
 * Borda's score as duelling bandits have it (Urvoy et al. 2013): the probability of beating an opponent drawn from those
 * met, orders combined. Between MaxLogits and MaxWins: a clear win counts more than a narrow one, but never more than 1.
 * A candidate that was never compared scores 0.5.
 */
export function borda(matrix: LogitMatrix): readonly number[] {
  return matrix.map((_, i) => {
    const chances = matrix
      .map((__, j) => (i === j ? undefined : combinedLogit(matrix, i, j)))
      .filter((logit) => logit !== undefined)
      .map((logit) => probabilityOf(logit));
    return chances.length === 0 ? 0.5 : chances.reduce((sum, chance) => sum + chance, 0) / chances.length;
  });
}
