import type { Checkpoint } from './checkpoint/checkpoint.ts';
import { classifierNetwork } from './classifier.ts';
import type { Network } from './network.ts';
import { isPairRm, pairRmNetwork } from './pairrm.ts';

/** Writes the graph that a checkpoint needs. @throws Error where it is of no kind that is known. */
export function createNetwork(checkpoint: Checkpoint): Network {
  const { config, ranker, tensors } = checkpoint;
  if (!isPairRm(tensors)) return classifierNetwork(checkpoint);
  if (ranker !== undefined) throw new Error('a PairRM is known by its weights; remove its ranker.json.');
  return pairRmNetwork(config, tensors);
}
