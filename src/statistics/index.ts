export { type PairTally, type ShareInterval, tallyPairs, wilsonInterval } from './win-rate.ts';
