import { replayBlend } from '../../../src/blend/record/replay-blend.ts';
import { act, type ModelEvent, questionBody, readParts, startBlend } from '../api/blends-client.ts';
import { ServerError } from '../api/request.ts';
import type { BlendPart, QuestionContent, SessionAction } from '../api/types.ts';
import { S } from '../strings.ts';
import { BlendStore } from './blend-store.ts';
import { type HistoryEntry, loadHistory, saveHistory } from './history.ts';
import { type Team, teamSettings } from './team.ts';

/** What the page knows besides the state of the session. */
export interface PageState {
  /** `live`: a session of the server that takes actions; `past`: one that has ended; `replay`: a recording. */
  readonly mode: 'empty' | 'live' | 'past' | 'replay';
  readonly entry: HistoryEntry | undefined;
  readonly connection: 'connected' | 'trying' | 'gone';
  /** Why the latest action failed. */
  readonly error: string | undefined;
  /** True where the server wants a key that this page does not have. */
  readonly needsKey: boolean;
  /** Weights that are being fetched. */
  readonly loading: ModelEvent | undefined;
  /** Whether models and ranking are hidden until the vote. */
  readonly isBlind: boolean;
  /** Id that the person voted for, `tie` or `bad`. */
  readonly vote: string | undefined;
}

const EMPTY: PageState = {
  mode: 'empty',
  entry: undefined,
  connection: 'connected',
  error: undefined,
  needsKey: false,
  loading: undefined,
  isBlind: false,
  vote: undefined,
};

/** Milliseconds before another attempt to connect, one after the other. */
const RECONNECT_MS = [300, 1000, 3000, 5000, 10_000];

const SAVE_MS = 500;
const LAST = 'llm-blender-last';

/** What the page does: it asks, acts, replays, and keeps the history. */
export class Controller {
  readonly blend = new BlendStore();
  #page: PageState = EMPTY;
  #reading = new AbortController();
  #saving: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly get = (): PageState => this.#page;

  set(change: Partial<PageState>): void {
    this.#page = { ...this.#page, ...change };
    for (const listener of this.#listeners) listener();
  }

  /** Back to the empty page. What runs on the server goes on until nobody has read it for a while. */
  clear(): void {
    this.#leave();
    sessionStorage.removeItem(LAST);
    this.blend.reset();
    this.set({ ...EMPTY, needsKey: this.#page.needsKey, isBlind: this.#page.isBlind });
  }

  /** Asks a question in a new session. @returns whether the server took it */
  async ask(question: QuestionContent, { team, isBlind }: { team: Team; isBlind: boolean }): Promise<boolean> {
    return await this.#try(async () => {
      const session = await startBlend({ ...questionBody(question), ...teamSettings(team) });
      this.#leave();
      this.blend.reset();
      const entry = { id: crypto.randomUUID(), session, title: textOf(question), at: Date.now() };
      this.set({ ...EMPTY, mode: 'live', entry, isBlind });
      sessionStorage.setItem(LAST, entry.id);
      this.#save();
      void this.#follow(session);
    });
  }

  /** Takes an action on the present session. @returns whether the server took it */
  async act(action: SessionAction): Promise<boolean> {
    const session = this.#page.entry?.session;
    if (session === undefined || this.#page.mode !== 'live') return false;
    return await this.#try(() => act(session, action));
  }

  /** The next question, from an answer of this one; ranked and fused like the first. */
  async continueFrom(from: string, question: QuestionContent): Promise<boolean> {
    if (!(await this.act({ type: 'continue', from, question }))) return false;
    this.set({ vote: undefined });
    await this.act({ type: 'run' });
    return true;
  }

  /** Opens a blend of the history; it goes on where the server still has its session. */
  async open(entry: HistoryEntry): Promise<void> {
    this.#leave();
    const parts = await loadHistory(entry.id);
    this.blend.reset(parts);
    this.set({ ...EMPTY, mode: entry.session === undefined ? 'replay' : 'past', entry });
    sessionStorage.setItem(LAST, entry.id);
    if (entry.session !== undefined && !this.blend.get().isClosed) void this.#follow(entry.session);
  }

  /** Plays a recording. @param speed undefined = all at once */
  async replay(name: string, text: string, speed?: number): Promise<void> {
    this.#leave();
    const { signal } = this.#reading;
    const parts: BlendPart[] = [];
    const stream = replayBlend(text, { speed });
    signal.addEventListener('abort', () => void stream.cancel().catch(() => {}));
    try {
      if (speed === undefined) {
        for await (const part of stream) parts.push(part);
        this.blend.reset(parts);
      } else {
        this.blend.reset();
      }
      const entry = { id: crypto.randomUUID(), session: undefined, title: name, at: Date.now() };
      this.set({ ...EMPTY, mode: 'replay', entry });
      if (speed !== undefined) for await (const part of stream) if (!signal.aborted) this.blend.add(part);
      if (!signal.aborted) this.#saveSoon();
    } catch (error) {
      if (!signal.aborted) this.set({ error: S.history.notRecording(messageOf(error)) });
    }
  }

  /** Tries again to reach the server. */
  reconnect(): void {
    const session = this.#page.entry?.session;
    if (session === undefined) return;
    this.#leave();
    void this.#follow(session);
  }

  /** What a reload shows: the blend that this tab had. */
  async restore(entries: readonly HistoryEntry[]): Promise<void> {
    const entry = entries.find(({ id }) => id === sessionStorage.getItem(LAST));
    if (entry !== undefined && this.#page.mode === 'empty') await this.open(entry);
  }

  async #follow(session: string): Promise<void> {
    const { signal } = this.#reading;
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        const parts = readParts(session, {
          after: this.blend.seq,
          signal,
          onOpen: () => {
            attempt = 0;
            this.set({ connection: 'connected', mode: 'live' });
          },
          onModel: (loading) => this.set({ loading: loading.type === 'weights-download' ? loading : undefined }),
        });
        for await (const part of parts) {
          if (signal.aborted) return;
          if (this.#page.loading !== undefined) this.set({ loading: undefined });
          this.blend.add(part);
          if (part.type.endsWith('-end') || part.type.endsWith('-start')) this.#saveSoon();
        }
        // Nothing more follows: the session has ended.
        if (!signal.aborted) this.set({ mode: 'past', connection: 'connected', loading: undefined });
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof ServerError && error.status === 401) return this.set({ needsKey: true });
        if (error instanceof ServerError && error.status < 500) {
          return this.set({ mode: 'past', connection: 'connected', loading: undefined });
        }
        const waitMs = RECONNECT_MS[attempt];
        this.set({ connection: waitMs === undefined ? 'gone' : 'trying', loading: undefined });
        if (waitMs === undefined) return;
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
  }

  /** @returns whether it worked */
  async #try(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      this.set({ error: undefined });
      return true;
    } catch (error) {
      if (error instanceof ServerError && error.status === 401) this.set({ needsKey: true });
      else if (error instanceof TypeError) this.set({ error: S.server.gone });
      else this.set({ error: S.server.failed(messageOf(error)) });
      return false;
    }
  }

  #leave(): void {
    this.#reading.abort();
    this.#reading = new AbortController();
    if (this.#saving !== undefined) this.#save();
  }

  #saveSoon(): void {
    this.#saving ??= setTimeout(() => this.#save(), SAVE_MS);
  }

  #save(): void {
    clearTimeout(this.#saving);
    this.#saving = undefined;
    const { entry } = this.#page;
    // A browser may refuse to keep anything; the page works without.
    if (entry !== undefined) void saveHistory(entry, this.blend.parts).catch(() => {});
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function textOf(question: QuestionContent): string {
  if (typeof question === 'string') return question;
  return question.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}
