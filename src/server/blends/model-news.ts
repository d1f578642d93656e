import type { ModelProgress } from '../../index.ts';

/** News of one model, as clients see them: without places of this machine. */
type News = Readonly<Record<string, unknown>> & { readonly type: ModelProgress['type'] };

/** What happens to models before they can answer, for all readers: of each model the latest. */
export class ModelNews {
  readonly #latest = new Map<string, News>();
  readonly #readers = new Set<{ readonly unread: Map<string, News>; readonly onNews: () => void }>();

  add(progress: ModelProgress): void {
    const { reference } = progress;
    const news = withoutPath(progress);
    if (progress.type === 'model-ready') this.#latest.delete(reference);
    else this.#latest.set(reference, news);
    for (const { unread, onNews } of this.#readers) {
      unread.set(reference, news);
      onNews();
    }
  }

  /** Begins to read: `take` gives what is new of each model, at first what is under way. */
  read(onNews: () => void): { take(): readonly News[]; end(): void } {
    const reader = { unread: new Map(this.#latest), onNews };
    this.#readers.add(reader);
    return {
      take: () => {
        const news = [...reader.unread.values()];
        reader.unread.clear();
        return news;
      },
      end: () => this.#readers.delete(reader),
    };
  }
}

function withoutPath(progress: ModelProgress): News {
  return Object.fromEntries(Object.entries(progress).filter(([name]) => name !== 'path')) as News;
}
