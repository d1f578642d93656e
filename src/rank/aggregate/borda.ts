import { probabilityOf } from '../../util/probability-of.ts';
import { type LogitMatrix, meanOverOpponents } from '../logit-matrix.ts';

/**
 * Borda's score as duelling bandits have it (Urvoy et al. 2013): the probability of beating an opponent drawn from those
 * met, orders combined. Between MaxLogits and MaxWins: a clear win counts more than a narrow one, but never more than 1.
 * A candidate that was never compared scores 0.5.
 */
export function borda(matrix: LogitMatrix): readonly number[] {
  return meanOverOpponents(matrix, probabilityOf, 0.5);
}
