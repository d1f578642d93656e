import type { BlendPart } from '../blend/index.ts';

/** What a blend is doing, in a line for each step; empty for parts that are no step of their own. */
export class ProgressText {
  readonly #names = new Map<string, string>();
  #calls = 0;
  #ended = 0;

  lineOf(part: BlendPart): string {
    switch (part.type) {
      case 'blend-start':
        this.#calls = part.calls.length;
        for (const { id, model, sample } of part.calls) this.#names.set(id, named(model, sample, part.calls));
        return `Asking ${listed([...Map.groupBy(part.calls, ({ model }) => model)].map(counted))}.\n`;
      case 'candidate-end':
        return this.#afterCall(`${this.#nameOf(part.candidate.id)} has answered`);
      case 'candidate-error': {
        const { id, kind } = part.failure;
        return this.#afterCall(`${this.#nameOf(id)} ${kind === 'late' ? 'is not waited for' : `has failed (${kind})`}`);
      }
      case 'rank-start':
        return part.candidates.length > 1 ? 'Ranking the answers.\n' : '';
      case 'rank-end': {
        const [best] = part.candidates;
        if (part.failure !== undefined) return `The answers could not be ranked (${part.failure.kind}).\n`;
        return best === undefined || part.candidates.length < 2 ? '' : `Best so far: ${this.#nameOf(best.id)}.\n`;
      }
      case 'analysis-start':
        return 'Comparing what they say.\n';
      case 'fusion-start':
        return `${part.fuser} writes one answer from ${part.from.length === 1 ? 'it' : `the best ${part.from.length}`}.\n`;
      case 'fusion-end':
        if (part.failure !== undefined) return `Writing it has failed (${part.failure.kind}).\n`;
        return part.fused === undefined ? '' : 'Comparing it with the best answer.\n';
      default:
        return '';
    }
  }

  #afterCall(what: string): string {
    this.#ended += 1;
    return `${what} (${this.#ended} of ${this.#calls}).\n`;
  }

  #nameOf(id: string): string {
    return this.#names.get(id) ?? id;
  }
}

function named(model: string, sample: number, calls: readonly { readonly model: string }[]): string {
  return calls.filter((call) => call.model === model).length > 1 ? `${model} (sample ${sample})` : model;
}

/** A model that is asked, with how often if more than once. */
function counted([model, calls]: readonly [string, readonly unknown[]]): string {
  return calls.length === 1 ? model : `${model} × ${calls.length}`;
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
