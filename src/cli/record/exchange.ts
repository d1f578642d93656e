/** A request, and what came back. */
export interface Exchange {
  readonly request: {
    readonly method: string;
    /** With the query. */
    readonly path: string;
    readonly headers: RawHeaders;
    readonly body: Uint8Array;
  };
  readonly reply: {
    /** Undefined where no reply came. */
    readonly head: { readonly status: number; readonly statusText: string; readonly headers: RawHeaders } | undefined;
    /** The body as it came, piece by piece. */
    readonly chunks: readonly Uint8Array[];
    readonly ending: Ending;
  };
}

/** Names and values, in their order. */
export type RawHeaders = readonly (readonly [name: string, value: string])[];

/** How a reply ended: as it should, by a broken connection, not by the time the client left, or it never came. */
export type Ending = 'end' | 'cut' | 'hang' | 'refuse';
