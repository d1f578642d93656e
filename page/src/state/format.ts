import { S } from '../strings.ts';

/** A probability as `.71`: it is shown in narrow cells. Never `0` or `1`, which would claim to be certain. */
export function formatProbability(probability: number): string {
  const bounded = Math.min(0.99, Math.max(0.01, probability));
  const mark = probability > 0.995 ? '>' : probability < 0.005 ? '<' : '';
  return `${mark}${bounded.toFixed(2).slice(1)}`;
}

export function formatPercent(part: number): string {
  return `${Math.floor(part * 100)}%`;
}

export function formatSeconds(ms: number): string {
  return ms < 9950 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000).toLocaleString('en')} s`;
}

export function formatCost(cost: number | undefined): string {
  return cost === undefined ? S.cost.unknown : S.cost.dollars(cost);
}

export function formatStrength(strength: number): string {
  return strength.toFixed(1).replace('-', '−');
}

export function formatCount(count: number | undefined): string {
  return count === undefined ? S.cost.unknownNumber : count.toLocaleString('en');
}
