import type { BlendComparison, BlendPart, CallFailure, Candidate, RankedCandidate, RankProgress } from '../../index.ts';
import { oneLine } from '../render/text.ts';

/** One call of the blend, as far as it is. */
export interface CallState {
  readonly id: string;
  /** `model#sample`, safe to show. */
  readonly label: string;
  readonly startedAt: number | undefined;
  /** What has been written so far. Untrusted. */
  readonly text: string;
  /** What the model has thought so far. Untrusted. */
  readonly reasoning: string;
  readonly candidate: Candidate | undefined;
  readonly failure: CallFailure | undefined;
}

/** The fusion, as far as it is. */
export interface FusionState {
  readonly fuser: string;
  readonly from: readonly string[];
  /** Untrusted. */
  readonly text: string;
  /** What the fuser has thought so far. Untrusted. */
  readonly reasoning: string;
  /** The candidates are being analysed, before any text. */
  readonly analysing: boolean;
  /** The written text is being compared with the best candidate. */
  readonly checking: boolean;
}

/** The state of a blend, from its parts, for those who draw it. */
export class AskState {
  readonly calls = new Map<string, CallState>();
  readonly comparisons: BlendComparison[] = [];
  rankProgress: RankProgress | undefined;
  /** Best first, once ranked. */
  ranked: readonly RankedCandidate[] | undefined;
  fusion: FusionState | undefined;

  /** Takes a part in. `now` in milliseconds, on any clock. */
  apply(part: BlendPart, now: number): void {
    switch (part.type) {
      case 'blend-start':
        for (const { id, model, sample } of part.calls) {
          const label = `${oneLine(model)}#${sample}`;
          this.calls.set(id, {
            id,
            label,
            startedAt: undefined,
            text: '',
            reasoning: '',
            candidate: undefined,
            failure: undefined,
          });
        }
        break;
      case 'candidate-start':
        this.#change(part.id, { startedAt: now });
        break;
      case 'candidate-delta':
        this.#change(part.id, { text: (this.calls.get(part.id)?.text ?? '') + part.delta });
        break;
      case 'candidate-reasoning-delta':
        this.#change(part.id, { reasoning: (this.calls.get(part.id)?.reasoning ?? '') + part.delta });
        break;
      case 'candidate-restart':
        this.#change(part.id, { reasoning: this.calls.get(part.id)?.text ?? '', text: '' });
        break;
      case 'candidate-end':
        this.#change(part.candidate.id, { candidate: part.candidate });
        break;
      case 'candidate-error':
        this.#change(part.failure.id, { failure: part.failure });
        break;
      case 'comparison-end':
        this.comparisons.push(part.comparison);
        if (part.comparison.phase === 'rank') this.rankProgress = part.progress;
        break;
      case 'rank-end':
        this.ranked = part.candidates;
        break;
      case 'fusion-start':
        this.fusion = {
          fuser: part.fuser,
          from: part.from,
          text: '',
          reasoning: '',
          analysing: false,
          checking: false,
        };
        break;
      case 'analysis-start':
        this.#changeFusion({ analysing: true });
        break;
      case 'analysis-end':
        this.#changeFusion({ analysing: false });
        break;
      case 'fusion-delta':
        this.#changeFusion({ text: (this.fusion?.text ?? '') + part.delta });
        break;
      case 'fusion-reasoning-delta':
        this.#changeFusion({ reasoning: (this.fusion?.reasoning ?? '') + part.delta });
        break;
      case 'fusion-restart':
        this.#changeFusion({ reasoning: this.fusion?.text ?? '', text: '' });
        break;
      case 'fusion-end':
        this.#changeFusion({ checking: part.fused !== undefined });
        break;
      case 'blend-end':
        this.#changeFusion({ checking: false });
        break;
      default:
        part satisfies never;
    }
  }

  /** Calls that have come to an end, well or not. */
  get endedCalls(): number {
    return [...this.calls.values()].filter(({ candidate, failure }) => candidate !== undefined || failure !== undefined)
      .length;
  }

  #change(id: string, change: Partial<CallState>): void {
    const call = this.calls.get(id);
    if (call !== undefined) this.calls.set(id, { ...call, ...change });
  }

  #changeFusion(change: Partial<FusionState>): void {
    if (this.fusion !== undefined) this.fusion = { ...this.fusion, ...change };
  }
}
