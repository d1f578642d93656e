import type { Checkpoint } from './checkpoint.ts';
import { classifierNetwork } from './classifier.ts';
import type { Network } from './network.ts';
import { isPairRm, pairRmNetwork } from './pairrm.ts';

/** Writes the graph that a checkpoint needs. @throws Error where its architecture is not known. */
export function createNetwork({ config, tensors }: Checkpoint): Network {
  return isPairRm(tensors) ? pairRmNetwork(config, tensors) : classifierNetwork(config, tensors);
}
